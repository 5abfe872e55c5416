import { describe, expect, it } from 'vitest';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/engine/client/consumer-protocol.js';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

describe('consumer protocol', () => {
  it('writes a subscription as version 3: topics, no user data, nothing owned, no generation, no rack', () => {
    expect(hexOf(encodeSubscription(['ab']))).toBe(
      '0003' + '00000001' + '00026162' + 'ffffffff' + '00000000' + 'ffffffff' + 'ffff',
    );
  });

  it('reads subscriptions of older and of newer versions', () => {
    expect(decodeSubscription(bytesOf('0000' + '00000001' + '00026162' + '00000000'))).toEqual(['ab']);
    const newer = hexOf(encodeSubscription(['ab'])).replace(/^0003/, '0009') + 'cafe';
    expect(decodeSubscription(bytesOf(newer))).toEqual(['ab']);
  });

  it('writes an assignment as version 3, and reads it again', () => {
    const assignment = new Map([['ab', [0, 2]]]);
    const encoded = encodeAssignment(assignment);
    expect(hexOf(encoded)).toBe('0003' + '00000001' + '00026162' + '00000002' + '00000000' + '00000002' + 'ffffffff');
    expect(decodeAssignment(encoded)).toEqual(assignment);
  });

  it('reads no bytes as no partitions', () => {
    expect(decodeAssignment(new Uint8Array(0))).toEqual(new Map());
  });

  it('says so when the metadata is too short', () => {
    expect(() => decodeSubscription(new Uint8Array(1))).toThrow('has 1 bytes, which is too short');
  });
});
