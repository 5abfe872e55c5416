import type { SegmentState } from './segment.js';

/**
 * What is kept of a log beside its records, so that opening it reads no more than its tail. It claims nothing that the length of a file does not
 * confirm: a segment that is shorter than told here is read again. Segments before the active one that it does not tell of are dead, whether their files are there or not.
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
  /** What a cleaner is just doing. */
  readonly cleaning: CleaningCheckpoint | undefined;
}

export interface SealedSegment {
  readonly baseOffset: number;
  readonly size: number;
  readonly nextOffset: number;
  /** The checksum of its indexes as they were stored beside it. Others, left by a commit that was torn, are not believed. Absent in old checkpoints. */
  readonly indexes?: number | undefined;
}

/**
 * Segments that become one, which bears the name of the first: that one is written first, and then the others are deleted. Until it is there, all are as `sealed` tells.
 */
export interface CleaningCheckpoint {
  readonly replaced: readonly number[];
  readonly by: SealedSegment;
}

export type ActiveCheckpoint = Pick<SealedSegment, 'baseOffset' | 'indexes'> &
  Omit<SegmentState, 'transactions' | 'offsetEntries' | 'timeEntries' | 'modifiedAt'>;

const version = 2;

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
  const checkpoint = isOfVersion1(value) ? fromVersion1(value) : value;
  return isCheckpoint(checkpoint) ? checkpoint : undefined;
}

/** Version 1 listed the segments of a cleaning without telling what they become: such segments are read again. */
interface Version1 {
  readonly version: 1;
  readonly sealed: readonly SealedSegment[];
  readonly cleaning: readonly number[];
}

function isOfVersion1(value: unknown): value is Version1 {
  const found = value as Partial<Version1> | null;
  return found?.version === 1 && Array.isArray(found.sealed) && isOffsets(found.cleaning);
}

function fromVersion1({ cleaning, ...rest }: Version1): unknown {
  const sealed = rest.sealed.filter(({ baseOffset }) => !cleaning.includes(baseOffset));
  return { ...rest, version, sealed, cleaning: undefined };
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
    isOffsets(found.snapshots) &&
    Array.isArray(found.sealed) &&
    found.sealed.every(isSealed) &&
    (found.active === undefined || isActive(found.active)) &&
    (found.cleaning === undefined || (isOffsets(found.cleaning.replaced) && isSealed(found.cleaning.by)))
  );
}

function isSealed(each: Partial<SealedSegment>): boolean {
  return isOffset(each.baseOffset) && isOffset(each.size) && isOffset(each.nextOffset) && isChecksum(each.indexes);
}

function isActive(active: Partial<ActiveCheckpoint>): boolean {
  return (
    isOffset(active.baseOffset) &&
    isOffset(active.size) &&
    isOffset(active.nextOffset) &&
    isOffset(active.bytesSinceIndexEntry) &&
    isChecksum(active.indexes) &&
    Number.isSafeInteger(active.largest?.timestamp) &&
    Number.isSafeInteger(active.largest?.offset) &&
    (active.firstTimestamp === undefined || Number.isSafeInteger(active.firstTimestamp))
  );
}

function isOffsets(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isOffset);
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isChecksum(value: unknown): boolean {
  return value === undefined || isOffset(value);
}
