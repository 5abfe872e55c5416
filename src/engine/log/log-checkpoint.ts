import type { SegmentState } from './segment.js';

/**
 * What is kept of a log beside its records, so that opening it reads no more than its tail. It claims nothing that the length of a file does not
 * confirm: a segment that is shorter than told here is read again.
 */
export interface LogCheckpoint {
  readonly logStartOffset: number;
  /** What lies before it has been flushed (Kafka's `recovery-point-offset-checkpoint`). */
  readonly recoveryPoint: number;
  /** Up to where the cleaner has been (Kafka's `cleaner-offset-checkpoint`). */
  readonly cleanedTo: number | undefined;
  /** The offsets of the producer snapshots, ascending. */
  readonly snapshots: readonly number[];
  /** The active segment as it was: its indexes are stored beside it. */
  readonly active: ActiveCheckpoint | undefined;
  /** The segments before the active one, as they must be found again. */
  readonly sealed: readonly SealedSegment[];
  /** The first offsets of segments that a cleaner is just writing anew: they may be found shorter, or gone. */
  readonly cleaning: readonly number[];
  /** The first offsets of segments that are deleted but whose files are there still (`file.delete.delay.ms`). */
  readonly deleted: readonly number[];
}

export interface SealedSegment {
  readonly baseOffset: number;
  readonly size: number;
  readonly nextOffset: number;
}

export type ActiveCheckpoint = { readonly baseOffset: number } & Omit<
  SegmentState,
  'transactions' | 'offsetEntries' | 'timeEntries' | 'modifiedAt'
>;

const version = 1;

/** The bytes of a checkpoint: JSON, for people who look. */
export function encodeCheckpoint(checkpoint: LogCheckpoint): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version, ...checkpoint }));
}

/** The checkpoint that such bytes hold; undefined if they hold none that is sound. */
export function decodeCheckpoint(bytes: Uint8Array): LogCheckpoint | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  return isCheckpoint(value) ? value : undefined;
}

function isCheckpoint(value: unknown): value is LogCheckpoint {
  const found = value as Partial<LogCheckpoint & { version: number }> | null;
  return (
    typeof found === 'object' &&
    found !== null &&
    found.version === version &&
    isOffset(found.logStartOffset) &&
    isOffset(found.recoveryPoint) &&
    (found.cleanedTo === undefined || isOffset(found.cleanedTo)) &&
    Array.isArray(found.snapshots) &&
    found.snapshots.every(isOffset) &&
    [found.deleted, found.cleaning].every((list) => Array.isArray(list) && list.every(isOffset)) &&
    Array.isArray(found.sealed) &&
    found.sealed.every(
      (each: Partial<SealedSegment>) => isOffset(each.baseOffset) && isOffset(each.size) && isOffset(each.nextOffset),
    ) &&
    (found.active === undefined || isActive(found.active))
  );
}

function isActive(active: Partial<ActiveCheckpoint>): boolean {
  return (
    isOffset(active.baseOffset) &&
    isOffset(active.size) &&
    isOffset(active.nextOffset) &&
    isOffset(active.bytesSinceIndexEntry) &&
    Number.isSafeInteger(active.largest?.timestamp) &&
    Number.isSafeInteger(active.largest?.offset) &&
    (active.firstTimestamp === undefined || Number.isSafeInteger(active.firstTimestamp))
  );
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
