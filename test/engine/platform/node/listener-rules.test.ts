import { describe, expect, it } from 'vitest';
import { javaAddress } from '../../../../src/engine/platform/node/listener-rules.js';

describe('the address of a client', () => {
  // What Java's InetAddress.getHostAddress gives.
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:192.168.0.7', '192.168.0.7'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['2001:db8::', '2001:db8:0:0:0:0:0:0'],
    ['2001:db8::8a2e:370:7334', '2001:db8:0:0:0:8a2e:370:7334'],
    ['fe80::1%lo', 'fe80:0:0:0:0:0:0:1%lo'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['', ''],
  ])('%s is written as Java does: %s', (address, expected) => {
    expect(javaAddress(address)).toBe(expected);
  });
});
