import { batchCrc } from '../../src/engine/protocol/batch-header.js';
import type { BatchToEncode } from '../../src/engine/protocol/batch-encoder.js';
import { encodeBatch } from '../../src/engine/protocol/record-batch.js';
import { compress } from '../../src/engine/protocol/compression/codecs.js';
import { create, fetch, produce, time } from './sequences.js';
import type { Sequence } from './target.js';

const text = new TextEncoder();

function batch(
  options: Omit<Partial<BatchToEncode>, 'records'> & {
    readonly keys?: readonly (string | null)[];
    readonly at?: number;
  } = {},
): Uint8Array {
  const { keys = ['a', 'b'], at = time, ...more } = options;
  const records = keys.map((key) => ({
    key: key === null ? null : text.encode(key),
    value: text.encode('x'),
    timestamp: at,
  }));
  return encodeBatch({ records, ...more });
}

/** A batch in which something was changed, with a checksum that fits. */
function changed(change: (view: DataView) => void, bytes = batch()): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  change(view);
  view.setUint32(17, batchCrc(bytes, 0, bytes.length));
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The last of two records, of 9 bytes each, says that it is the third. */
function withOffsetGap(): Uint8Array {
  return changed((view) => view.setInt8(view.byteLength - 6, 4));
}

function compressedAnew(bytes: Uint8Array): Uint8Array {
  const whole = joined(bytes.subarray(0, headerBytes), compress('gzip', bytes.subarray(headerBytes)));
  return changed((view) => {
    view.setInt32(8, view.byteLength - 12);
    view.setInt16(21, 1);
  }, whole);
}

const headerBytes = 61;

/**
 * What may be wrong with the records of a partition, by what it is. Left out is what *Differences from Kafka* names: bytes that are not compressed as they say, of which Kafka's own decompressors fail,
 * and records that are not compressed and whose offsets do not follow each other, which Kafka stores.
 */
const faults: Readonly<Record<string, () => Uint8Array | null>> = {
  'no bytes': () => new Uint8Array(0),
  'two batches': () => joined(batch(), batch()),
  'half a batch': () => batch().subarray(0, 40),
  'a batch and a half': () => joined(batch(), batch().subarray(0, 40)),
  'magic 0': () => changed((view) => view.setInt8(16, 0)),
  'magic 1': () => changed((view) => view.setInt8(16, 1)),
  'magic 3': () => changed((view) => view.setInt8(16, 3)),
  'a base offset': () => changed((view) => view.setBigInt64(0, 7n)),
  'another checksum': () => {
    const bytes = batch();
    bytes[17] = (bytes[17] as number) ^ 1;
    return bytes;
  },
  'fewer records than it says': () => changed((view) => view.setInt32(57, 3)),
  'more records than it says': () => changed((view) => view.setInt32(57, 1)),
  'no records': () => changed((view) => view.setInt32(57, 0)),
  'a last offset before the first': () => changed((view) => view.setInt32(23, -1)),
  'another last offset': () => changed((view) => view.setInt32(23, 4)),
  'another last offset and as many records': () => changed((view) => (view.setInt32(23, 2), view.setInt32(57, 3))),
  'a control batch': () => changed((view) => view.setInt16(21, 0x20)),
  'a producer without a sequence': () => batch({ producerId: 5, producerEpoch: 0, baseSequence: -1 }),
  zstd: () => batch({ compression: 'zstd' }),
  'the time of the log': () => changed((view) => view.setInt16(21, 0x08)),
  'a record without a key': () => batch({ keys: ['a', null, 'b', null] }),
  'a record from the future': () => batch({ at: time + 10_000_000 }),
  'a record from before': () => batch({ at: time - 10_000_000 }),
  'both a record without a key and one from the future': () => batch({ keys: [null, 'a'], at: time + 10_000_000 }),
  'offsets of compressed records that do not follow each other': () => compressedAnew(withOffsetGap()),
  'more than it may have': () => batch({ keys: Array.from({ length: 60 }, (_, at) => `key ${at}`) }),
};

/** Every fault in the versions of Produce between which something changes, on a topic that cares for all of them; what is behind a fault can be read. */
export function validationSequences(prefix = ''): Sequence[] {
  return Object.entries(faults).map(([fault, records], index) => {
    const topic = `${prefix}validation-${index}`;
    const configs = {
      'cleanup.policy': 'compact',
      'max.message.bytes': '600',
      'message.timestamp.before.max.ms': '7200000',
      'message.timestamp.after.max.ms': '7200000',
    };
    const versions = [3, 6, 7, 8, 10, 12];
    return {
      name: `validation: ${fault}`,
      steps: [
        create(topic, 1, configs),
        ...versions.map((version) => produce(topic, version, records())),
        produce(topic, 9, batch()),
        fetch(topic, 12, 0),
      ],
    };
  });
}
