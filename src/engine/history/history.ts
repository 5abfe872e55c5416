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
  /** Whether producers number their batches: then nothing may be in a log twice. False when absent. */
  readonly idempotent?: boolean;
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
      readonly tomb?: true;
      readonly off?: number | null;
      readonly ts?: number;
      /** Records of one request have one number. */
      readonly batch?: number;
      readonly pid?: number;
      readonly ep?: number;
      readonly seq?: number;
    }
  | {
      readonly f: 'poll';
      readonly recs?: readonly ReadRecord[];
      readonly g?: string;
      readonly m?: string;
      /** The isolation of this reader; the header's when absent. */
      readonly iso?: 'rc' | 'ru';
      /** Partitions whose assignment changed during this poll. */
      readonly reb?: readonly PartitionName[];
      /** Records whose bytes are not those that were sent: where, and what is wrong. */
      readonly bad?: readonly (readonly [partition: PartitionName, offset: number, found: string])[];
      /** Of the closing phase: `from` then names every partition that was read from there to its end. */
      readonly final?: true;
      readonly from?: Offsets;
    }
  | { readonly f: 'assign' | 'subscribe'; readonly tps: readonly string[] }
  | { readonly f: 'seek'; readonly tp: PartitionName; readonly off: number }
  | {
      readonly f: 'assigned';
      readonly g: string;
      readonly m: string;
      readonly gen: number;
      readonly tps: Offsets;
      readonly src: 'committed' | 'reset' | 'seek' | 'restored';
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
      /** The generation, or the member epoch. */
      readonly gen?: number;
      readonly offs: Offsets;
      /** The client did it by itself. */
      readonly auto?: true;
      /** Somebody wanted it to go back. */
      readonly rewind?: true;
      /** At the broker: when it was accepted, in microseconds; its line is there since it was durable. */
      readonly at?: number;
    }
  /** What the group has committed; a partition that is not named has no offset. */
  | { readonly f: 'committed'; readonly g: string; readonly tps: readonly PartitionName[]; readonly offs?: Offsets }
  /** The broker appended a batch: `ep` is the leader's epoch, `pid`, `pep` and `seq` those of an idempotent producer. */
  | {
      readonly f: 'append';
      readonly tp: PartitionName;
      readonly off: number;
      readonly n: number;
      readonly ep?: number;
      readonly pid?: number;
      readonly pep?: number;
      readonly seq?: number;
    }
  | { readonly f: 'hw' | 'lso'; readonly tp: PartitionName; readonly off: number }
  | { readonly f: 'start'; readonly tp: PartitionName; readonly off: number }
  /** The log was cut back to `to`: what was there could not be stored, or another leader, of epoch `ep`, does not have it. */
  | { readonly f: 'trunc'; readonly tp: PartitionName; readonly to: number; readonly ep?: number }
  /** The cleaner was here: it has taken the offsets `removed` (from, to; both included) out of those from `from` up to `to`. */
  | {
      readonly f: 'clean';
      readonly tp: PartitionName;
      readonly from: number;
      readonly to: number;
      readonly removed: readonly (readonly [number, number])[];
    }
  | { readonly f: 'leader'; readonly node: number; readonly epoch: number }
  /** `joined`; or `read-back`: the coordinator knows what its log tells, and has forgotten whom it put out since. */
  | { readonly f: 'member'; readonly g: string; readonly m: string; readonly state: string }
  | { readonly f: 'fence'; readonly g: string; readonly who: string; readonly reason: string }
  | { readonly f: 'crash'; readonly node: string }
  /** A log was opened after a crash: what it holds now goes from `from` up to `to`. */
  | {
      readonly f: 'recover';
      readonly node: string;
      readonly tp: PartitionName;
      readonly from: number;
      readonly to: number;
    }
  /** Something ended by age: a session, offsets, a producer. */
  | { readonly f: 'expire'; readonly what: string; readonly who: string }
  /** A fault begins (`on`) or ends. `heal` with on: false ends all of them: what follows is the healthy phase. */
  | { readonly f: 'fault'; readonly kind: string; readonly target: string; readonly on?: boolean }
  /** The search has reached something that it should reach sometimes. */
  | { readonly f: 'probe'; readonly name: string };

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
