import type { RecordHeaders } from './processor/record.js';
import type { Windowed } from './state/state-store.js';
import { StreamsError } from './streams-error.js';

/** Turns keys or values into bytes and back. `null` is never passed: a missing key or value has no bytes. */
export interface Serde<T> {
  serialize(topic: string, data: T, headers?: RecordHeaders): Uint8Array;
  /** @throws if the bytes are not what this serde writes */
  deserialize(topic: string, bytes: Uint8Array, headers?: RecordHeaders): T;
  /** Of keys that the default partitioner places by other bytes than those written: windowed ones, which go where their inner key goes. */
  partitionBytes?(topic: string, data: T): Uint8Array;
}

const encoder = new TextEncoder();
// A byte order mark is a character like any other in Kafka's texts.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The engine's own coders cost more to call than short texts of plain letters take to write. */
const shortText = 40;

function encodeText(text: string): Uint8Array {
  const { length } = text;
  if (length > shortText) return encoder.encode(text);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return encoder.encode(text);
    bytes[at] = unit;
  }
  return bytes;
}

function decodeText(bytes: Uint8Array): string {
  const { length } = bytes;
  if (length > shortText) return decoder.decode(bytes);
  let text = '';
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const [one, two, three, four] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]] as [
      number,
      number,
      number,
      number,
    ];
    if ((one | two | three | four) > 0x7f) return decoder.decode(bytes);
    text += String.fromCharCode(one, two, three, four);
  }
  for (; at < length; at++) {
    const unit = bytes[at] as number;
    if (unit > 0x7f) return decoder.decode(bytes);
    text += String.fromCharCode(unit);
  }
  return text;
}

/** Small numbers of bytes are written and read here: a DataView for each would cost more than all the rest. */
const scratch = new Uint8Array(8);
const scratchView = new DataView(scratch.buffer);

/** A serde of a fixed number of bytes, big-endian, as Kafka's of that name. */
function fixed<T>(
  name: string,
  size: number,
  write: (view: DataView, data: T) => void,
  read: (view: DataView) => T,
): Serde<T> {
  return {
    serialize: (_topic, data) => {
      write(scratchView, data);
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; at++) bytes[at] = scratch[at] as number;
      return bytes;
    },
    deserialize: (_topic, bytes) => {
      if (bytes.length !== size) {
        throw new StreamsError('SerializationException', `Size of data received by ${name} is not ${size}`);
      }
      for (let at = 0; at < size; at++) scratch[at] = bytes[at] as number;
      return read(scratchView);
    },
  };
}

function writeSafeLong(view: DataView, data: number): void {
  if (!Number.isSafeInteger(data)) {
    throw new StreamsError(
      'SerializationException',
      `${data} is no integer that a number holds exactly: use Serdes.long`,
    );
  }
  view.setInt32(0, Math.floor(data / 2 ** 32));
  view.setUint32(4, data >>> 0);
}

function readSafeLong(view: DataView): number {
  const data = view.getInt32(0) * 2 ** 32 + view.getUint32(4);
  if (!Number.isSafeInteger(data)) {
    throw new StreamsError(
      'SerializationException',
      `${view.getBigInt64(0)} is more than a number holds exactly: use Serdes.long`,
    );
  }
  return data;
}

function append(bytes: Uint8Array, ...times: readonly number[]): Uint8Array {
  const all = new Uint8Array(bytes.length + 8 * times.length);
  all.set(bytes);
  times.forEach((time, index) => {
    writeSafeLong(scratchView, time);
    all.set(scratch, bytes.length + 8 * index);
  });
  return all;
}

function timesAfter(bytes: Uint8Array, count: number, name: string): { key: Uint8Array; times: number[] } {
  const keyLength = bytes.length - 8 * count;
  if (keyLength < 0) {
    throw new StreamsError('SerializationException', `Size of data received by ${name} is less than ${8 * count}`);
  }
  return {
    key: bytes.subarray(0, keyLength),
    times: Array.from({ length: count }, (_, index) => {
      const at = keyLength + 8 * index;
      scratch.set(bytes.subarray(at, at + 8));
      return readSafeLong(scratchView);
    }),
  };
}

const string: Serde<string> = {
  serialize: (_topic, data) => encodeText(data),
  deserialize: (_topic, bytes) => decodeText(bytes),
};

const bytes: Serde<Uint8Array> = { serialize: (_topic, data) => data, deserialize: (_topic, data) => data };

/** The serdes of Kafka's `Serdes` and `WindowedSerdes`, byte for byte, and JSON. */
export const Serdes = {
  /** UTF-8. */
  string,
  bytes,
  /** 8 bytes. */
  long: fixed<bigint>(
    'LongDeserializer',
    8,
    (view, data) => view.setBigInt64(0, data),
    (view) => view.getBigInt64(0),
  ),
  /** The bytes of `long`, as a number; what a number does not hold exactly is refused. `count()` is kept by it. */
  safeLong: fixed<number>('LongDeserializer', 8, writeSafeLong, readSafeLong),
  /** 4 bytes. */
  integer: fixed<number>(
    'IntegerDeserializer',
    4,
    (view, data) => view.setInt32(0, data),
    (view) => view.getInt32(0),
  ),
  /** 2 bytes. */
  short: fixed<number>(
    'ShortDeserializer',
    2,
    (view, data) => view.setInt16(0, data),
    (view) => view.getInt16(0),
  ),
  /** 8 bytes, IEEE 754. */
  double: fixed<number>(
    'DoubleDeserializer',
    8,
    (view, data) => view.setFloat64(0, data),
    (view) => view.getFloat64(0),
  ),
  /** 4 bytes, IEEE 754. */
  float: fixed<number>(
    'FloatDeserializer',
    4,
    (view, data) => view.setFloat32(0, data),
    (view) => view.getFloat32(0),
  ),
  /** 1 byte. */
  boolean: fixed<boolean>(
    'BooleanDeserializer',
    1,
    (view, data) => view.setUint8(0, data ? 1 : 0),
    (view) => view.getUint8(0) !== 0,
  ),
  /** JSON text in UTF-8. What it reads is taken for a `T` unseen. */
  json: <T>(): Serde<T> => ({
    serialize: (_topic, data) => encoder.encode(JSON.stringify(data)),
    deserialize: (_topic, data) => JSON.parse(decoder.decode(data)) as T,
  }),
  /** Keys of time and sliding windows: the inner key's bytes, then the start. The end is not written: it is `start + windowSizeMs`. */
  windowed: <K>(inner: Serde<K>, windowSizeMs: number): Serde<Windowed<K>> => ({
    serialize: (topic, { key, window }, headers) => append(inner.serialize(topic, key, headers), window.start),
    deserialize: (topic, data, headers) => {
      const { key, times } = timesAfter(data, 1, 'TimeWindowedDeserializer');
      const [start = 0] = times;
      return { key: inner.deserialize(topic, key, headers), window: { start, end: start + windowSizeMs } };
    },
    partitionBytes: (topic, { key }) => inner.serialize(topic, key),
  }),
  /** Keys of session windows: the inner key's bytes, then the end, then the start. */
  sessionWindowed: <K>(inner: Serde<K>): Serde<Windowed<K>> => ({
    serialize: (topic, { key, window }, headers) =>
      append(inner.serialize(topic, key, headers), window.end, window.start),
    deserialize: (topic, data, headers) => {
      const { key, times } = timesAfter(data, 2, 'SessionWindowedDeserializer');
      const [end = 0, start = 0] = times;
      return { key: inner.deserialize(topic, key, headers), window: { start, end } };
    },
    partitionBytes: (topic, { key }) => inner.serialize(topic, key),
  }),
};
