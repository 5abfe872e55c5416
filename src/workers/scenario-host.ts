import type { Millis } from '../engine/environment/environment.js';
import type { RecordedEvent } from '../engine/environment/trace-events.js';
import type { GroupRunSpec } from '../engine/scenario/group-run-spec.js';
import type { LogRunSpec } from '../engine/scenario/log-run-spec.js';
import type { RunSpec } from '../engine/scenario/run-spec.js';
import type { StreamsRunSpec } from '../engine/scenario/streams-run-spec.js';
import type { StoredRecord } from '../engine/scenario/stored-record.js';

/** Every spec that the scenario worker runs: lanes, one partition's log, consumer groups, streams applications. */
export type HostedSpec = RunSpec | LogRunSpec | GroupRunSpec | StreamsRunSpec;

/**
 * What the scenario worker offers to the page (through Comlink). A run is simulated only as far as it is asked for, so that nothing of the
 * future is in the page. Errors cross as data: every method resolves to `{ ok: true, … }` or `{ ok: false, error }`.
 */
export interface ScenarioHost {
  /**
   * Begins a run. With `database` it is kept in IndexedDB under that name: if one with the same spec is there, the stored prefix is checked against
   * the new simulation and only what lies beyond it is written; with another spec it is replaced. Without, it lives in memory (forks, watching tabs).
   */
  open(spec: HostedSpec, options: { readonly database?: string }): Promise<HostResult<RunOpened>>;
  /** Simulates up to run time `toMs` (or to its end, if that comes first) and gives the events since the last call. */
  advance(runId: number, toMs: Millis): Promise<HostResult<RunChunk>>;
  /** Reads a stored record of the topic lane back from the log: the bytes of its key and value, its headers and batch fields. */
  readRecord(
    runId: number,
    at: { topic: string; partition: number; offset: number },
  ): Promise<HostResult<StoredRecord>>;
  close(runId: number): Promise<void>;
}

/** What the worker itself offers beside: the lock by which the page learns of its end. */
export interface LivingScenarioHost extends ScenarioHost {
  live(lock: string): Promise<void>;
}

export type HostResult<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: HostError };

export interface HostError {
  readonly code: string;
  readonly message: string;
}

export interface RunOpened {
  readonly runId: number;
  /** Run time 0 on the virtual clock, in milliseconds since the epoch: subtract it from an event's `at`. */
  readonly originMs: Millis;
  /** How far (run time) the stored run had come; 0 for a new one. */
  readonly storedToMs: Millis;
  readonly storage: 'indexeddb' | 'memory';
  /** Why a kept run of the same spec was begun anew (it was written by another version of the engine, say); absent if it was not. */
  readonly restartedBecause?: string;
}

export interface RunChunk {
  readonly events: readonly RecordedEvent[];
  /** Simulated up to here. */
  readonly reachedMs: Millis;
  readonly finished: boolean;
}
