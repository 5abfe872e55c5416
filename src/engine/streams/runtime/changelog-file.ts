import type { ChangelogRecord } from '../state/state-store.js';

const utf8 = new TextEncoder();

/** Changes one after the other: key, value (length -1 for a tombstone), timestamp and headers, each with its length before it. */
export function encodeChangelog(records: readonly ChangelogRecord[]): Uint8Array {
  const parts = records.map((record) => ({
    record,
    headers: record.headers.map(([name, value]) => [utf8.encode(name), value] as const),
  }));
  const size = parts.reduce((sum, { record, headers }) => {
    const headerBytes = headers.reduce((bytes, [name, value]) => bytes + 8 + name.length + (value?.length ?? 0), 0);
    return sum + 20 + record.key.length + (record.value?.length ?? 0) + headerBytes;
  }, 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const put = (data: Uint8Array | null): void => {
    view.setInt32(at, data?.length ?? -1);
    at += 4;
    if (data === null) return;
    bytes.set(data, at);
    at += data.length;
  };
  for (const { record, headers } of parts) {
    put(record.key);
    put(record.value);
    view.setFloat64(at, record.timestamp);
    view.setInt32(at + 8, headers.length);
    at += 12;
    for (const [name, value] of headers) {
      put(name);
      put(value);
    }
  }
  return bytes;
}

/** The changes that `encodeChangelog` wrote; `null` if the bytes are something else. */
export function decodeChangelog(bytes: Uint8Array): ChangelogRecord[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: ChangelogRecord[] = [];
  let at = 0;
  const take = (): Uint8Array | null => {
    const length = view.getInt32(at);
    at += 4;
    if (length === -1) return null;
    if (length < 0 || at + length > bytes.length) throw new RangeError('beyond the end');
    at += length;
    return bytes.slice(at - length, at);
  };
  try {
    while (at < bytes.length) {
      const key = take();
      const value = take();
      const timestamp = view.getFloat64(at);
      const headerCount = view.getInt32(at + 8);
      at += 12;
      const headers: [string, Uint8Array | null][] = [];
      for (let header = 0; header < headerCount; header += 1) {
        const name = take();
        headers.push([new TextDecoder().decode(name ?? undefined), take()]);
      }
      if (key === null) return null;
      records.push({ key, value, timestamp, headers });
    }
    return records;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
