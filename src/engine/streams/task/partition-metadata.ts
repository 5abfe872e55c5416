/** What is committed beside an offset, so that it survives the task (Kafka's `TopicPartitionMetadata`, KAFKA-7994). */
export interface PartitionMetadata {
  /** -1 if not known. */
  readonly partitionTime: number;
  readonly processorMetadata: ReadonlyMap<string, number>;
}

const version = 2;
const utf8 = new TextEncoder();

/** Kafka's own form: a version byte, the partition time, then the count and the entries of the processors' numbers, all as base64. */
export function encodePartitionMetadata({ partitionTime, processorMetadata }: PartitionMetadata): string {
  const entries = [...processorMetadata].map(([key, value]) => [utf8.encode(key), value] as const);
  const entryBytes = entries.reduce((sum, [key]) => sum + 4 + key.length + 8, 0);
  const bytes = new Uint8Array(9 + (entries.length === 0 ? 0 : 4 + entryBytes));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, version);
  view.setBigInt64(1, BigInt(partitionTime));
  if (entries.length > 0) view.setInt32(9, entries.length);
  let at = 13;
  for (const [key, value] of entries) {
    view.setInt32(at, key.length);
    bytes.set(key, at + 4);
    view.setBigInt64(at + 4 + key.length, BigInt(value));
    at += 12 + key.length;
  }
  return btoa(String.fromCharCode(...bytes));
}

/** What is not in this form, or of a later version, tells nothing: time is unknown then. */
export function decodePartitionMetadata(text: string | null): PartitionMetadata {
  const unknown: PartitionMetadata = { partitionTime: -1, processorMetadata: new Map() };
  if (text === null || text === '') return unknown;
  try {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const found = view.getUint8(0);
    if (found !== 1 && found !== version) return unknown;
    const partitionTime = Number(view.getBigInt64(1));
    const processorMetadata = new Map<string, number>();
    const count = found === 1 || bytes.length < 13 ? 0 : view.getInt32(9);
    let at = 13;
    for (let entry = 0; entry < count; entry += 1) {
      const length = view.getInt32(at);
      const key = new TextDecoder().decode(bytes.subarray(at + 4, at + 4 + length));
      processorMetadata.set(key, Number(view.getBigInt64(at + 4 + length)));
      at += 12 + length;
    }
    return { partitionTime, processorMetadata };
  } catch {
    return unknown;
  }
}
