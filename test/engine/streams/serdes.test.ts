import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Serde } from '../../../src/engine/streams/serdes.js';
import { Serdes } from '../../../src/engine/streams/serdes.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What Kafka's serializers of the same names give. */
const written: readonly (readonly [name: string, serde: Serde<never>, data: unknown, hex: string])[] = [
  ['string', Serdes.string, 'héé', '68c3a9c3a9'],
  ['string', Serdes.string, '\uFEFFa', 'efbbbf61'],
  ['bytes', Serdes.bytes, Uint8Array.of(1, 2), '0102'],
  ['long', Serdes.long, -2n, 'fffffffffffffffe'],
  ['long', Serdes.long, 2n ** 62n, '4000000000000000'],
  ['safeLong', Serdes.safeLong, 1, '0000000000000001'],
  ['safeLong', Serdes.safeLong, -1, 'ffffffffffffffff'],
  ['safeLong', Serdes.safeLong, 2 ** 53 - 1, '001fffffffffffff'],
  ['integer', Serdes.integer, -2, 'fffffffe'],
  ['short', Serdes.short, 258, '0102'],
  ['double', Serdes.double, 1.5, '3ff8000000000000'],
  ['float', Serdes.float, 1.5, '3fc00000'],
  ['boolean', Serdes.boolean, true, '01'],
  ['json', Serdes.json(), { a: [1, null] }, '7b2261223a5b312c6e756c6c5d7d'],
  ['windowed', Serdes.windowed(Serdes.string, 10), { key: 'a', window: { start: 5, end: 15 } }, '610000000000000005'],
  [
    'sessionWindowed',
    Serdes.sessionWindowed(Serdes.string),
    { key: 'a', window: { start: 5, end: 7 } },
    '6100000000000000070000000000000005',
  ],
] as never;

describe('Serdes', () => {
  test.each(written)('%s writes the bytes of Kafka and reads them back', (_name, serde, data, expected) => {
    const bytes = serde.serialize('topic', data as never);
    expect(hex(bytes)).toBe(expected);
    expect(serde.deserialize('topic', bytes)).toEqual(data);
  });

  test('safeLong is long for every safe integer', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (data) => {
        const bytes = Serdes.safeLong.serialize('topic', data);
        expect(bytes).toEqual(Serdes.long.serialize('topic', BigInt(data)));
        expect(Serdes.safeLong.deserialize('topic', bytes)).toBe(data);
      }),
    );
  });

  test('safeLong refuses what a number does not hold exactly', () => {
    expect(() => Serdes.safeLong.serialize('topic', 2 ** 53)).toThrow('use Serdes.long');
    expect(() => Serdes.safeLong.serialize('topic', 0.5)).toThrow('use Serdes.long');
    const bytes = Serdes.long.serialize('topic', 2n ** 53n);
    expect(() => Serdes.safeLong.deserialize('topic', bytes)).toThrow('use Serdes.long');
  });

  test.each([
    ['LongDeserializer', Serdes.long, 8],
    ['IntegerDeserializer', Serdes.integer, 4],
    ['BooleanDeserializer', Serdes.boolean, 1],
  ] as const)('bytes of another length are refused with the words of %s', (name, serde, size) => {
    expect(() => serde.deserialize('topic', Uint8Array.of(1, 2, 3))).toThrow(
      expect.objectContaining({
        name: 'SerializationException',
        message: `Size of data received by ${name} is not ${size}`,
      }),
    );
  });

  test('windowed keys are placed by their inner key', () => {
    const windowed = Serdes.windowed(Serdes.string, 10);
    expect(hex(windowed.partitionBytes!('topic', { key: 'a', window: { start: 5, end: 15 } }))).toBe('61');
  });
});
