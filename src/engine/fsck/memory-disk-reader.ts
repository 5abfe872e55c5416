import type { MemoryDisk } from '../environment/memory-disk.js';
import type { RawStore } from './raw-store.js';

/** What lies on a disk in memory, as it is at this moment. */
export function readMemoryDisk(disk: MemoryDisk): RawStore {
  const contents = new Map(disk.files().map(({ name, file }) => [name, file]));
  const blobs = new Map(disk.blobs().map((name) => [name, disk.blob(name) as Uint8Array]));
  return {
    files: [...contents].map(([name, { size }]) => ({ name, size })),
    blobs: [...blobs].map(([name, { length }]) => ({ name, size: length })),
    findings: [],
    otherBytes: 0,
    read: async (file, position, length) => contents.get(file)?.read(position, length) ?? new Uint8Array(0),
    readBlob: async (name) => blobs.get(name) ?? new Uint8Array(0),
  };
}
