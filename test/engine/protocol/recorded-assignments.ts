import { readFileSync } from 'node:fs';

/** Partitions by topic. */
export type Partitions = Readonly<Record<string, readonly number[]>>;

/** A group at a moment of its life, and what Kafka's assignor made of it. */
export interface RecordedRound {
  readonly topics: Readonly<Record<string, number>>;
  readonly members: readonly {
    readonly id: string;
    readonly instanceId?: string;
    readonly topics: readonly string[];
    /** What the round before assigned. */
    readonly owned: Partitions;
    readonly generation: number;
  }[];
  readonly assignment: Readonly<Record<string, Partitions>>;
  /** Kafka's own answer depends on the order in which its hash maps yield the members. */
  readonly orderDependent?: boolean;
}

export interface RecordedGroup {
  readonly assignor: string;
  readonly side: 'client' | 'broker';
  readonly topicIds?: Readonly<Record<string, string>>;
  readonly rounds: readonly RecordedRound[];
}

/** The groups that an assignor was recorded with. Another file of the same kind can be named by `ASSIGNORS_GOLDEN`. */
export function recordedGroups(side: RecordedGroup['side'], assignor: string): RecordedGroup[] {
  const file = process.env['ASSIGNORS_GOLDEN'] ?? new URL('../../golden/assignors.jsonl', import.meta.url);
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedGroup)
    .filter((group) => group.side === side && group.assignor === assignor);
}

/** Assignments as they were recorded: no topics without partitions, partitions in order. */
export function asRecorded(
  assignments: ReadonlyMap<string, ReadonlyMap<string, Iterable<number>>>,
  topicName = (topic: string): string => topic,
): Record<string, Record<string, number[]>> {
  return Object.fromEntries(
    [...assignments].map(([member, topics]) => [
      member,
      Object.fromEntries(
        [...topics]
          .map(([topic, partitions]) => [topicName(topic), [...partitions].sort((a, b) => a - b)] as const)
          .filter(([, partitions]) => partitions.length > 0),
      ),
    ]),
  );
}
