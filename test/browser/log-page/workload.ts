/** Whether what is acknowledged must outlive a loss of power (acks -1), or only the end of the browser (acks 1). */
export type Durability = 'strict' | 'relaxed';

/** A topic with what is done to it beside appending. */
export interface WorkTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly isCompacted: boolean;
  readonly configs: Readonly<Record<string, string>>;
}

/** Segments so small that a second of work rolls, drops and cleans several. */
export const workTopics: readonly WorkTopic[] = [
  { topic: 'plain', partitions: 2, isCompacted: false, configs: { 'internal.segment.bytes': '400000' } },
  {
    topic: 'kept',
    partitions: 1,
    isCompacted: false,
    configs: { 'internal.segment.bytes': '40000', 'retention.bytes': '80000', 'file.delete.delay.ms': '50' },
  },
  {
    topic: 'compacted',
    partitions: 1,
    isCompacted: true,
    configs: {
      'cleanup.policy': 'compact',
      'internal.segment.bytes': '30000',
      'min.cleanable.dirty.ratio': '0.01',
      'file.delete.delay.ms': '50',
    },
  },
];

/** The group that commits offsets of `plain`. */
export const workGroup = 'committers';

/** One go of work: who writes, to which partition each. No two goes have the same number. */
export interface WorkPlan {
  readonly run: number;
  readonly seed: number;
  readonly durability: Durability;
  /** Undefined for all there are, and a group that commits. */
  readonly only?: { readonly topic: string; readonly partition: number };
}

/** What is told to whoever is outside the browser, as soon as it is so: what is acknowledged, and where the broker runs. */
export type Told =
  | {
      readonly kind: 'records';
      readonly topic: string;
      readonly partition: number;
      readonly baseOffset: number;
      readonly run: number;
      /** Each writer numbers its records, from 0. */
      readonly first: number;
      readonly keys: readonly (string | null)[];
      readonly durability: Durability;
    }
  | { readonly kind: 'commit'; readonly offset: number }
  | { readonly kind: 'role'; readonly role: 'broker' | 'client' };

/** The value of a record tells which it is, and every byte of it follows from that. */
export function valueOf(run: number, number: number, length: number): string {
  const head = `${run}:${number}:`;
  const letter = String.fromCharCode(97 + ((run * 7 + number) % 26));
  return head + letter.repeat(Math.max(0, length - head.length));
}

/** What a value says of itself; undefined if it is not one that `valueOf` makes. */
export function readValue(value: string): { readonly run: number; readonly number: number } | undefined {
  const [, run, number] = /^(\d+):(\d+):/.exec(value) ?? [];
  const id = { run: Number(run), number: Number(number) };
  return value === valueOf(id.run, id.number, value.length) ? id : undefined;
}

/** A record as it was read. */
export interface FoundRecord {
  readonly offset: number;
  readonly key: string | null;
  /** Undefined for a value that no writer wrote. */
  readonly id: { readonly run: number; readonly number: number } | undefined;
}

export interface FoundPartition {
  readonly topic: string;
  readonly partition: number;
  readonly logStartOffset: number;
  readonly endOffset: number;
  /** What its records take, in bytes. */
  readonly bytes: number;
  readonly records: readonly FoundRecord[];
}

/** All that a log holds. */
export interface FoundLog {
  readonly partitions: readonly FoundPartition[];
  /** What the group has committed; -1 for nothing. */
  readonly committed: number;
}
