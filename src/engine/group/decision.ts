import type { Millis } from '../environment/environment.js';
import type { TraceEvent } from '../environment/trace-events.js';
import type { ErrorName } from '../protocol/errors.js';
import type { RequestToken } from './classic-group.js';
import type { ConsumerMemory } from './consumer/consumer-context.js';
import type { GroupChange } from './group-change.js';
import type { GroupRecord } from './group-record.js';

/**
 * What should happen, as data: append `records` and apply them, put `change` in force, change the timers, then answer.
 * Nothing has happened yet when a decision is returned.
 */
export interface Decision<Response> {
  readonly records: readonly GroupRecord[];
  /** What becomes of the group in memory; absent: nothing. */
  readonly change?: GroupChange;
  /** What is remembered of a group of the consumer protocol besides its records; absent: what was remembered before. */
  readonly memory?: ConsumerMemory;
  /** The answer to the request that was decided; absent: it is parked and a later decision answers it. */
  readonly response?: Response;
  /** Answers to requests that were parked earlier. */
  readonly answers: readonly ParkedAnswer[];
  readonly timers: readonly TimerChange[];
  /** What to trace, without its cause. */
  readonly events: readonly TraceEvent[];
}

export type ParkedAnswer =
  | { readonly to: RequestToken; readonly kind: 'join'; readonly response: JoinAnswer }
  | { readonly to: RequestToken; readonly kind: 'sync'; readonly response: SyncAnswer };

/**
 * Timers of a classic group: `join`, `sync`, and `session:<member id>`. Of a group of the consumer protocol: `regex`, and of each member its session, the time
 * that it has to give partitions up, and, if it follows the classic protocol, to join and to sync. Setting one that is set moves it.
 */
export type TimerName = 'join' | 'sync' | 'regex' | `${MemberTimer}:${string}`;
export type MemberTimer = 'session' | 'rebalance' | 'join' | 'sync';
export type TimerChange =
  { readonly set: TimerName; readonly at: Millis; readonly unlessSet?: true } | { readonly cancel: TimerName };

/** The answer to a JoinGroup; fields as in its response. */
export interface JoinAnswer {
  readonly error: ErrorName;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leader: string;
  /** The leader is told who is there, but assigns nothing: what was assigned holds on (KIP-814). */
  readonly skipAssignment: boolean;
  readonly memberId: string;
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly metadata: Uint8Array;
  }[];
}

/** The answer to a SyncGroup; fields as in its response. */
export interface SyncAnswer {
  readonly error: ErrorName;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Uint8Array;
}

/** An answer that changes nothing. */
export function answeredOnly<Response>(response: Response): Decision<Response> {
  return { records: [], response, answers: [], timers: [], events: [] };
}

/** A JoinGroup that was refused. */
export function joinRefused(error: ErrorName, memberId: string): JoinAnswer {
  return {
    error,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: '',
    skipAssignment: false,
    memberId,
    members: [],
  };
}

/** A SyncGroup that was refused. */
export function syncRefused(error: ErrorName): SyncAnswer {
  return { error, protocolType: null, protocolName: null, assignment: new Uint8Array(0) };
}
