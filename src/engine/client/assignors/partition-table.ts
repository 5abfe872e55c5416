import type { Assignment } from './assignor.js';
import { compareText } from '../../protocol/member-order.js';

/** One partition; there is one such object for each in a table, so that sets and maps can hold it. */
export interface AssignablePartition {
  readonly topic: string;
  readonly partition: number;
}

/** All partitions that are to be assigned. */
export class PartitionTable {
  readonly #topics: ReadonlyMap<string, readonly AssignablePartition[]>;
  readonly total: number;

  /** `counts`: how many partitions each topic has. */
  constructor(counts: ReadonlyMap<string, number>) {
    this.#topics = new Map(
      [...counts].map(([topic, count]) => [
        topic,
        Array.from({ length: count }, (_, partition) => ({ topic, partition })),
      ]),
    );
    this.total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** In alphabetical order. */
  get topics(): string[] {
    return [...this.#topics.keys()].sort(compareText);
  }

  has(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** A topic's partitions; none if it is not in the table. */
  of(topic: string): readonly AssignablePartition[] {
    return this.#topics.get(topic) ?? [];
  }

  /** The partitions of an assignment, without those that do not exist (any more). */
  in(assignment: Assignment): AssignablePartition[] {
    return [...assignment].flatMap(([topic, partitions]) => {
      const known = this.of(topic);
      return partitions.flatMap((partition) => known[partition] ?? []);
    });
  }
}

/** Partitions by topic, in order. */
export function assignmentOf(partitions: Iterable<AssignablePartition>): Assignment {
  const byTopic = new Map<string, number[]>();
  for (const { topic, partition } of [...partitions].sort(byTopicThenPartition)) {
    const ofTopic = byTopic.get(topic);
    if (ofTopic === undefined) byTopic.set(topic, [partition]);
    else ofTopic.push(partition);
  }
  return byTopic;
}

function byTopicThenPartition(a: AssignablePartition, b: AssignablePartition): number {
  return compareText(a.topic, b.topic) || a.partition - b.partition;
}
