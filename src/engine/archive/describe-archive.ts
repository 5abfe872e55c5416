import type { Millis } from '../environment/environment.js';
import { ByteSource } from './byte-source.js';
import { decodeManifest, largestManifestBytes, manifestName } from './manifest.js';
import { TarReader } from './tar-reader.js';

/** What an export says of itself. Plain data. */
export interface ArchiveDescription {
  /** When it was begun, in milliseconds since the epoch. */
  readonly exportedAt: Millis;
  /** The name or id of the log that it comes from. */
  readonly clusterId: string;
  readonly topics: readonly DescribedTopic[];
  /** Groups that have committed offsets for these topics. */
  readonly groups: readonly string[];
}

export interface DescribedTopic {
  readonly name: string;
  readonly partitions: number;
  /** How many offsets lie between start and end of its partitions; it has as many records or, compacted, fewer. */
  readonly offsets: number;
  /** Of its segments. */
  readonly bytes: number;
}

/** Reads what an archive says of itself, which is at its beginning; whether it is true is found out by reading all of it. Throws an `ArchiveError`. */
export async function describeArchive(pieces: AsyncIterable<Uint8Array>): Promise<ArchiveDescription> {
  const source = new ByteSource(pieces);
  try {
    const tar = new TarReader(source);
    await tar.open(manifestName, { largest: largestManifestBytes });
    const bytes = await tar.whole();
    const { topics, groups, ...about } = decodeManifest(bytes, { name: () => undefined, configs: () => undefined });
    return {
      ...about,
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.length,
        offsets: partitions.reduce((sum, { logStartOffset, endOffset }) => sum + endOffset - logStartOffset, 0),
        bytes: partitions.flatMap(({ segments }) => segments).reduce((sum, segment) => sum + segment.bytes, 0),
      })),
      groups: groups.map(({ id }) => id),
    };
  } finally {
    await source.close();
  }
}
