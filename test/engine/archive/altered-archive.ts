import { encodeTarHeader } from '../../../src/engine/archive/tar-header.js';
import { batchCrc } from '../../../src/engine/protocol/batch-header.js';
import { crc32c } from '../../../src/engine/protocol/crc32c.js';
import { entriesOf, joined } from './archive-bench.js';

/** An entry that is to be written. */
export interface NewEntry {
  readonly name: string;
  readonly content: Uint8Array;
}

/** The entries of an archive, to be changed and written again. */
export function opened(tar: Uint8Array): NewEntry[] {
  return entriesOf(tar).map(({ name, content }) => ({ name, content: content.slice() }));
}

/** A tar of these entries whose last one has the checksums of the others: only what was changed is wrong with it. */
export function written(entries: readonly NewEntry[]): Uint8Array {
  const sums = entries
    .filter(({ name }) => name !== 'checksums.crc32c')
    .map(({ name, content }) => `${crc32c(content, 0, content.length).toString(16).padStart(8, '0')}  ${name}\n`);
  return rawTar(
    entries.map((entry) =>
      entry.name === 'checksums.crc32c' ? { ...entry, content: new TextEncoder().encode(sums.join('')) } : entry,
    ),
  );
}

/** A tar of these entries as they are. */
export function rawTar(entries: readonly NewEntry[]): Uint8Array {
  const parts = entries.flatMap(({ name, content }) => [
    encodeTarHeader({ name, size: content.length, modifiedAt: 0 }),
    content,
    new Uint8Array(Math.ceil(content.length / 512) * 512 - content.length),
  ]);
  return joined([...parts, new Uint8Array(1024)]);
}

/** With one entry's content replaced by another one. */
export function withContent(
  entries: readonly NewEntry[],
  name: string,
  change: (content: Uint8Array) => Uint8Array,
): NewEntry[] {
  if (!entries.some((entry) => entry.name === name)) throw new Error(`There is no entry ${name}.`);
  return entries.map((entry) => (entry.name === name ? { name, content: change(entry.content.slice()) } : entry));
}

/** A manifest that may become anything. */
export interface AlterableManifest {
  [field: string]: unknown;
  topics: Record<string, unknown>[];
  readonly groups: { readonly offsets: object[] }[];
}

/** With the manifest changed in place, or replaced by what `change` answers. */
export function withManifest(
  entries: readonly NewEntry[],
  change: (manifest: AlterableManifest) => unknown,
): NewEntry[] {
  return withContent(entries, 'manifest.json', (content) => {
    const manifest = JSON.parse(new TextDecoder().decode(content)) as AlterableManifest;
    const changed = change(manifest) ?? manifest;
    return new TextEncoder().encode(typeof changed === 'string' ? changed : JSON.stringify(changed));
  });
}

/** Where the batches of a segment begin. */
export function batchPositions(segment: Uint8Array): number[] {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  const positions: number[] = [];
  for (let at = 0; at + 12 <= segment.length; at += 12 + view.getInt32(at + 8)) positions.push(at);
  return positions;
}

/** With the batch at `position` changed, and given the checksum that fits. */
export function withBatch(segment: Uint8Array, position: number, change: (view: DataView) => void): Uint8Array {
  const size = new DataView(segment.buffer, segment.byteOffset).getInt32(position + 8) + 12;
  change(new DataView(segment.buffer, segment.byteOffset + position, size));
  const crc = batchCrc(segment, position, position + size);
  new DataView(segment.buffer, segment.byteOffset).setUint32(position + 17, crc);
  return segment;
}
