import { expect, it } from 'vitest';
import {
  decodeRequestHeader,
  decodeResponseHeader,
  encodeRequestHeader,
  encodeResponseHeader,
} from '../../../src/engine/protocol/message-headers.js';
import { bytesOf, hexOf } from './golden.js';

const header = { requestApiKey: 18, requestApiVersion: 3, correlationId: 7, clientId: 'é' };

it('a request header keeps the two-byte length of the client id, also in version 2', () => {
  expect(hexOf(encodeRequestHeader(1, header))).toBe('0012000300000007' + '0002c3a9');
  expect(hexOf(encodeRequestHeader(2, header))).toBe('0012000300000007' + '0002c3a9' + '00');
  expect(hexOf(encodeRequestHeader(1, { ...header, clientId: null }))).toBe('0012000300000007' + 'ffff');
});

it('a request header is read back, with where its tagged fields or the body begin', () => {
  expect(decodeRequestHeader(bytesOf('00120003000000070002c3a900aabb'))).toEqual({ header, end: 12 });
});

it('a response header of version 1 has tagged fields', () => {
  expect(hexOf(encodeResponseHeader(0, 7))).toBe('00000007');
  expect(hexOf(encodeResponseHeader(1, 7))).toBe('0000000700');
  expect(decodeResponseHeader(0, bytesOf('0000000700'))).toEqual({ correlationId: 7, end: 4 });
  expect(decodeResponseHeader(1, bytesOf('000000070105020000ff'))).toEqual({ correlationId: 7, end: 9 });
});
