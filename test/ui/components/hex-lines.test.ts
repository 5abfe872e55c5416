import { expect, test } from 'vitest';
import { hexLines } from '../../../src/ui/components/hex-lines.js';

test('bytes are two hexadecimal digits each, eight to a line', () => {
  expect(hexLines(new Uint8Array([0, 1, 15, 16, 255, 123, 34, 111, 7]))).toEqual(['00 01 0f 10 ff 7b 22 6f', '07']);
});
