import fc from 'fast-check';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compress, decompress } from '../../../../src/engine/protocol/compression/codecs.js';
import { xxhash32 } from '../../../../src/engine/protocol/compression/xxhash32.js';
import { KafkaError } from '../../../../src/engine/protocol/kafka-error.js';

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
const compressing = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const utf8 = new TextEncoder();

const roomy = 4 * 1024 * 1024;

/** Bytes that repeat themselves, as records do, and bytes that do not. */
const bytesToCompress = fc
  .array(
    fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom('order', '{"sku":"a-1","count":', '0000000000000000')),
    { maxLength: 400 },
  )
  .map((parts) => new Uint8Array(parts.flatMap((part) => [...(typeof part === 'string' ? utf8.encode(part) : part)])));

describe('codecs', () => {
  it.each(codecs)('LOG-8 %s gives back what it was given', (codec) => {
    fc.assert(
      fc.property(bytesToCompress, (bytes) => {
        expect(Buffer.compare(decompress(codec, compress(codec, bytes), roomy), bytes)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it.each(compressing)('%s makes several blocks of repeating records smaller, and reads them again', (codec) => {
    const bytes = utf8.encode(
      Array.from({ length: 12_000 }, (_, index) => `{"order":${index},"sku":"sku-${index % 7}","state":"paid"}`).join(
        '',
      ),
    );
    const compressed = compress(codec, bytes);
    expect(compressed.length).toBeLessThan(bytes.length / 2);
    expect(Buffer.compare(decompress(codec, compressed, bytes.length), bytes)).toBe(0);
  });

  it.each(codecs)('IMP-1 %s stops at the limit', (codec) => {
    const compressed = compress(codec, new Uint8Array(3_000_000));
    expect(() => decompress(codec, compressed, 100_000)).toThrow(
      expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }),
    );
  });

  it.each(compressing)(
    'IMP-2 %s refuses damaged bytes with CORRUPT_MESSAGE or MESSAGE_TOO_LARGE, or reads something',
    (codec) => {
      const sound = compress(codec, utf8.encode('one two three one two three '.repeat(30)));
      fc.assert(
        fc.property(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, cuts) => {
          const damaged = cuts ? sound.slice(0, at) : sound.map((byte, index) => (index === at ? byte ^ flip : byte));
          try {
            decompress(codec, damaged, 100_000);
          } catch (error) {
            expect(error).toBeInstanceOf(KafkaError);
            expect(['CORRUPT_MESSAGE', 'MESSAGE_TOO_LARGE']).toContain((error as KafkaError).code);
          }
        }),
        { numRuns: 500 },
      );
    },
  );

  it('gzip is what any gzip reads', () => {
    const bytes = utf8.encode('partita '.repeat(100));
    expect(new Uint8Array(gunzipSync(compress('gzip', bytes, 9)))).toEqual(bytes);
  });

  it('snappy reads a raw block, as clients without snappy-java send it', () => {
    const raw = new Uint8Array([9, 8, 97, 98, 99, ((6 - 1) << 2) | 2, 3, 0]);
    expect(new TextDecoder().decode(decompress('snappy', raw, 100))).toBe('abcabcabc');
  });

  it('xxhash32 has its known values', () => {
    expect(xxhash32(new Uint8Array(0))).toBe(0x02cc5d05);
    expect(xxhash32(utf8.encode('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f);
  });
});
