import { decodeMetadataRecord } from '../protocol/metadata-records.js';
import { decodeConsumerOffsetsRecord } from '../protocol/consumer-offsets-records.js';
import { verdictOf, type Finding, type Verdict } from './finding.js';
import { PartitionCheck, type CheckedPartition } from './partition-check.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { RawBatch } from './raw-batches.js';
import type { RawStore } from './raw-store.js';

export interface FsckReport {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly partitions: readonly CheckedPartition[];
  /** Where all bytes are: batches, what stands beside them, and whatever else the store keeps. */
  readonly bytes: { readonly logs: number; readonly beside: number; readonly other: number };
}

const metadataTopic = '__cluster_metadata';
const offsetsTopic = '__consumer_offsets';
/** Blobs of the broker that lie in no folder: which producer ids have been given away, and what an import plans to do. */
const producerIdsBlob = 'producer-ids';
const importBlob = 'import';

/**
 * Checks a whole store: every partition by itself, and what they say of each other. It shares no code with the log: what a mistake of the one
 * writes, the other does not read in the same way.
 */
export async function checkStore(store: RawStore): Promise<FsckReport> {
  const findings: Finding[] = [...store.findings];
  const partitions: CheckedPartition[] = [];
  const metadata = new KnownTopics();
  const committed = new CommittedOffsets();
  const names = [...store.files, ...store.blobs].map(({ name }) => name);
  const folders = new Set(
    names.filter((name) => name.includes('/')).map((name) => name.slice(0, name.lastIndexOf('/'))),
  );
  for (const folder of [...folders].sort(byTopic)) {
    const topic = topicOf(folder);
    if (topic === undefined || metadata.isUnknown(folder)) {
      findings.push({
        severity: 'repairable',
        kind: 'orphan',
        partition: folder,
        message: topic === undefined ? `${folder} is no partition` : `no topic has the partition ${folder} any more`,
      });
      continue;
    }
    const reader = topic === metadataTopic ? metadata : topic === offsetsTopic ? committed : undefined;
    const visit = (batch: RawBatch): void => {
      try {
        // What a transaction writes may be aborted, and markers are nobody's records.
        if (!batch.isControl && !batch.isTransactional) reader?.take(batch);
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        const { baseOffset: from, lastOffset: to } = batch;
        const message = `a record of ${folder} from offset ${from} on makes no sense: ${error.message}`;
        findings.push({ severity: 'corrupt', kind: 'damaged-log', partition: folder, offsets: { from, to }, message });
      }
    };
    const check = new PartitionCheck(store, folder, visit, reader !== undefined);
    partitions.push(await check.run());
    findings.push(...check.findings);
  }
  findings.push(...committed.beyond(partitions));
  for (const name of names) {
    if (name.includes('/') || name === producerIdsBlob) continue;
    const message =
      name === importBlob ? 'an import was under way: the next broker ends it' : `${name} belongs to nothing`;
    findings.push({ severity: 'repairable', kind: 'orphan', name, message });
  }
  const inFolders = (list: RawStore['files']) => list.reduce((sum, { size }) => sum + size, 0);
  return {
    verdict: verdictOf(findings),
    findings,
    partitions,
    bytes: { logs: inFolders(store.files), beside: inFolders(store.blobs), other: store.otherBytes },
  };
}

function topicOf(folder: string): string | undefined {
  return /^(.+)-\d+$/.exec(folder)?.[1];
}

/** The cluster's metadata first, for they tell what else there should be; then by name. */
function byTopic(a: string, b: string): number {
  const first = (folder: string) => (topicOf(folder) === metadataTopic ? 0 : 1);
  return first(a) - first(b) || (a < b ? -1 : 1);
}

/** The partitions that there are, by the cluster's metadata. */
class KnownTopics {
  private readonly names = new Map<string, string>();
  private readonly folders = new Set<string>([`${metadataTopic}-0`]);
  private hasMetadata = false;

  take({ records }: RawBatch): void {
    this.hasMetadata = true;
    for (const { value } of records) {
      if (value === null) continue;
      const record = decodeMetadataRecord(value);
      if (record.name === 'TopicRecord') this.names.set(String(record.value.topicId), record.value.name);
      if (record.name === 'PartitionRecord') {
        const topic = this.names.get(String(record.value.topicId));
        if (topic !== undefined) this.folders.add(`${topic}-${record.value.partitionId}`);
      }
      if (record.name === 'RemoveTopicRecord') {
        const topic = this.names.get(String(record.value.topicId));
        for (const folder of this.folders) if (topicOf(folder) === topic) this.folders.delete(folder);
      }
    }
  }

  /** Without metadata nobody can say. */
  isUnknown(folder: string): boolean {
    return this.hasMetadata && !this.folders.has(folder);
  }
}

/** The offsets that groups have committed. */
class CommittedOffsets {
  private readonly offsets = new Map<
    string,
    { readonly group: string; readonly folder: string; readonly offset: number }
  >();

  take({ records }: RawBatch): void {
    for (const { key, value } of records) {
      if (key === null) continue;
      const record = decodeConsumerOffsetsRecord(key, value);
      if (record.kind !== 'offset-commit') continue;
      const { group, topic, partition } = record.key;
      const id = JSON.stringify([group, topic, partition]);
      if (record.value === null) this.offsets.delete(id);
      else this.offsets.set(id, { group, folder: `${topic}-${partition}`, offset: Number(record.value.offset) });
    }
  }

  /** Those that lie beyond the end of what they are about: what was read has been lost since. The group is reset when it asks for them. */
  beyond(partitions: readonly CheckedPartition[]): Finding[] {
    const ends = new Map(partitions.map(({ partition, logEndOffset }) => [partition, logEndOffset]));
    return [...this.offsets.values()].flatMap(({ group, folder, offset }): Finding[] => {
      const end = ends.get(folder);
      if (end === undefined || offset <= end) return [];
      const message = `group ${group} has committed offset ${offset} of ${folder}, which ends at ${end}`;
      return [{ severity: 'repairable', kind: 'committed-offset', partition: folder, message }];
    });
  }
}
