/**
 * A history: what the clients of one run did and what came of it, in the order in which it was seen (format H1: JSON lines, a header, then events).
 * Checkers judge it without knowing the engine.
 */
export interface History {
  readonly header: HistoryHeader;
  readonly events: readonly HistoryEvent[];
}

export interface HistoryHeader {
  readonly h1: 1;
  readonly seed: string;
  readonly profile: string;
  /** `rc`: read_committed, `ru`: read_uncommitted. */
  readonly iso: 'rc' | 'ru';
  readonly mode: 'assign' | 'subscribe';
  readonly durability: 'strict' | 'relaxed';
  readonly backend: string;
  readonly opts: Readonly<Record<string, string | number | boolean>>;
}

/** `topic/topicId:partition`: a topic that was made again is another one. */
export type PartitionName = string;
export type Offsets = Readonly<Record<PartitionName, number>>;
/** A record as it was read: where, at which offset, and the unique number that its payload carries. */
export type ReadRecord = readonly [partition: PartitionName, offset: number, value: number];

/** `inv`: it begins; `ok`; `fail`: it certainly had no effect; `info`: nobody knows. What happens at once has only an `ok`. */
export type Phase = 'inv' | 'ok' | 'fail' | 'info';

/** What is done; the names are those of the format. */
export type HistoryFact =
  | {
      readonly f: 'send';
      readonly tp: PartitionName;
      readonly v: number;
      readonly k?: string;
      readonly off?: number | null;
    }
  | {
      readonly f: 'poll';
      readonly recs?: readonly ReadRecord[];
      readonly g?: string;
      /** Of the closing phase: `from` then names every partition that was read from there to its end. */
      readonly final?: true;
      readonly from?: Offsets;
    }
  | { readonly f: 'seek'; readonly tp: PartitionName; readonly off: number }
  | {
      readonly f: 'assigned';
      readonly g: string;
      readonly m: string;
      readonly gen: number;
      readonly tps: Offsets;
      readonly src: 'committed' | 'reset';
    }
  | {
      readonly f: 'revoked' | 'lost';
      readonly g: string;
      readonly m: string;
      readonly gen: number;
      readonly tps: readonly PartitionName[];
    }
  | {
      readonly f: 'commit';
      readonly g: string;
      readonly m?: string;
      readonly offs: Offsets;
      /** Somebody wanted it to go back. */
      readonly rewind?: true;
    }
  | { readonly f: 'append'; readonly tp: PartitionName; readonly off: number; readonly n: number }
  | { readonly f: 'hw'; readonly tp: PartitionName; readonly off: number }
  | { readonly f: 'leader'; readonly node: number; readonly epoch: number }
  | { readonly f: 'fence'; readonly g: string; readonly who: string; readonly reason: string }
  | { readonly f: 'fault'; readonly kind: string; readonly target: string };

/** One line: its number (from 1), virtual time in microseconds, the process (one life of a client), the operation that it belongs to. */
export type HistoryEvent = HistoryFact & {
  readonly i: number;
  readonly t: number;
  readonly p: string;
  readonly op: number;
  readonly e: Phase;
  /** `b`: seen at the broker, where it is exact. */
  readonly r?: 'b';
};

/** Names a partition of one incarnation of a topic. */
export function partitionName(topic: string, topicId: string, partition: number): PartitionName {
  return `${topic}/${topicId}:${partition}`;
}

/** The history as JSON lines. */
export function historyLines({ header, events }: History): string {
  return [header, ...events].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Reads what `historyLines` wrote. Throws a SyntaxError that names the line. */
export function parseHistory(text: string): History {
  const lines = text.split('\n').filter((line) => line !== '');
  const parsed = lines.map((line, at): unknown => {
    try {
      return JSON.parse(line);
    } catch (cause) {
      throw new SyntaxError(`Line ${at + 1} of the history is not JSON: ${line.slice(0, 60)}`, { cause });
    }
  });
  const [header, ...events] = parsed;
  if (typeof header !== 'object' || header === null || !('h1' in header) || header.h1 !== 1)
    throw new SyntaxError('Line 1 of the history is no header; expected {"h1":1,…}.');
  return { header: header as HistoryHeader, events: events as HistoryEvent[] };
}
