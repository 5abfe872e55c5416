import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { validateBatches } from '../../../../src/engine/log/batch-validation.js';
import { defaultLogConfig } from '../../../../src/engine/log/log-config.js';
import { batchCrc } from '../../../../src/engine/protocol/batch-header.js';
import { compress } from '../../../../src/engine/protocol/compression/codecs.js';
import { KafkaError } from '../../../../src/engine/protocol/kafka-error.js';
import { batchesIn, decodeRecords, encodeBatch } from '../../../../src/engine/protocol/record-batch.js';

type Codec = 'gzip' | 'snappy' | 'lz4' | 'zstd';

const mebibyte = 1024 * 1024;
const headerBytes = 61;

/** The bytes that have been asked for since the last look. */
class Allocations {
  private readonly original = Uint8Array;
  private total = 0;

  watch(): void {
    const counted = (bytes: number) => void (this.total += bytes);
    globalThis.Uint8Array = new Proxy(this.original, {
      construct(target, args: unknown[], newTarget) {
        if (typeof args[0] === 'number') counted(args[0]);
        return Reflect.construct(target, args, newTarget) as object;
      },
    });
  }

  unwatch(): void {
    globalThis.Uint8Array = this.original;
  }

  take(): number {
    const { total } = this;
    this.total = 0;
    return total;
  }
}

/** A batch that says it holds a record, and holds these bytes, with a checksum that fits. */
function forged(codec: Codec, payload: Uint8Array): Uint8Array {
  const sound = encodeBatch({ records: [{ key: null, value: null, timestamp: 1 }], compression: codec });
  const bytes = new Uint8Array(headerBytes + payload.length);
  bytes.set(sound.subarray(0, headerBytes));
  bytes.set(payload, headerBytes);
  const view = new DataView(bytes.buffer);
  view.setInt32(8, bytes.length - 12);
  view.setUint32(17, batchCrc(bytes, 0, bytes.length));
  return bytes;
}

const repeated = (bytes: readonly number[], times: number) =>
  Uint8Array.from({ length: bytes.length * times }, (_, at) => bytes[at % bytes.length] as number);

function joined(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const zeros = new Uint8Array(6 * mebibyte);
const zstdFrame = [0x28, 0xb5, 0x2f, 0xfd];
/** Repeats one byte, as often as a block may: 4 bytes for 128 KiB. */
const zstdRepetition = [
  0x02 | ((0x20000 << 3) & 0xff),
  ((0x20000 << 3) >>> 8) & 0xff,
  ((0x20000 << 3) >>> 16) & 0xff,
  0,
];

/** Bytes that become many, or say that they do. */
const bombs: readonly [string, Codec, () => Uint8Array][] = [
  ['6 MiB of zeros', 'gzip', () => compress('gzip', zeros)],
  ['6 MiB of zeros', 'lz4', () => compress('lz4', zeros)],
  ['6 MiB of zeros', 'zstd', () => compress('zstd', zeros)],
  [
    'twenty members of 1 MiB',
    'gzip',
    () => joined(...Array.from({ length: 20 }, () => gzipSync(zeros.subarray(0, mebibyte)))),
  ],
  ['a length of 2 GiB', 'snappy', () => joined([0xff, 0xff, 0xff, 0xff, 0x07], repeated([0xfe, 0x01, 0x00], 20))],
  [
    'a block of 2 GiB in the frame of snappy-java',
    'snappy',
    () =>
      joined(
        [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0x7f, 0xff, 0xff, 0xff],
        repeated([1], 40),
      ),
  ],
  [
    'a content of 2^62 bytes',
    'lz4',
    () =>
      joined(
        [0x04, 0x22, 0x4d, 0x18, 0x68, 0x70, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x00],
        [0xff, 0xff, 0xff, 0x7f],
        repeated([0], 30),
      ),
  ],
  ['a content of 2^60 bytes', 'zstd', () => joined(zstdFrame, [0xe0, 0, 0, 0, 0, 0, 0, 0, 0x10], zstdRepetition)],
  ['a window of 2^41 bytes', 'zstd', () => joined(zstdFrame, [0x00, 0xff], repeated(zstdRepetition, 2))],
  [
    'a thousand blocks that repeat one byte',
    'zstd',
    () => joined(zstdFrame, [0x00, 0x58], repeated(zstdRepetition, 1000)),
  ],
];

/** What reading and validating a batch comes to: the codes of their refusals, or `taken`. */
function outcomesOf(batch: Uint8Array): string[] {
  const attempts = [
    () => {
      for (const { header } of batchesIn(batch)) for (const { value } of decodeRecords(batch, header)) value?.at(0);
    },
    () =>
      validateBatches(batch.slice(), {
        config: defaultLogConfig,
        origin: 'client',
        now: 0,
        topicPartition: 'orders-0',
      }),
  ];
  return attempts.map((attempt) => {
    try {
      attempt();
      return 'taken';
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      return error.code;
    }
  });
}

describe('IMP-1 a bomb is refused before it has taken more than it may become', () => {
  const allocations = new Allocations();
  beforeEach(() => allocations.watch());
  afterEach(() => allocations.unwatch());

  it.each(bombs)('%s in %s', (_, codec, payload) => {
    const batch = forged(codec, payload());
    const mayBecome = Math.min(64 * mebibyte, 100 * (batch.length - headerBytes) + 64 * 1024);
    allocations.take();
    for (const outcome of outcomesOf(batch))
      expect(['MESSAGE_TOO_LARGE', 'CORRUPT_MESSAGE', 'INVALID_RECORD']).toContain(outcome);
    // Twice, for it is read and validated; growing, an output is copied into one of twice its size; a codec has tables of its own.
    expect(allocations.take()).toBeLessThan(2 * (3 * mayBecome + 2 * mebibyte));
  });

  it('counts what is asked for', () => {
    allocations.take();
    expect(new Uint8Array(12_345)).toHaveLength(12_345);
    expect(allocations.take()).toBe(12_345);
  });
});
