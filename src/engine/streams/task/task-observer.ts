import type { Millis } from '../../environment/environment.js';
import type { EventId } from '../../environment/trace-events.js';
import type { PunctuationType } from '../processor/processor.js';
import type { RecordOrigin } from '../processor/record.js';
import type { DroppedRecord } from '../processor/task-context.js';

/** Names the processing of a record in traces: what it brings about says so, while it is not over yet. */
export function processingId(
  client: string,
  taskId: string,
  { topic, partition, offset }: RecordOrigin,
  nowMs: Millis,
): EventId {
  return `processing:${client}:${taskId}:${topic}-${partition}@${offset}:${nowMs}`;
}

/** Hears what a task does, for logs and traces. */
export interface TaskObserver {
  processed?(record: ProcessedRecord): void;
  dropped?(record: DroppedTaskRecord): void;
  punctuated?(punctuation: {
    readonly taskId: string;
    readonly node: string;
    readonly type: PunctuationType;
    readonly timestamp: number;
  }): void;
}

/** A record and everything below it is done. */
export interface ProcessedRecord extends RecordOrigin {
  readonly taskId: string;
  /** The source. */
  readonly node: string;
  /** The event time that was extracted. */
  readonly timestamp: number;
  readonly streamTime: number;
}

/** A record was skipped, and why. */
export interface DroppedTaskRecord extends DroppedRecord {
  readonly taskId: string;
  readonly node: string;
  readonly origin: RecordOrigin | null;
  readonly timestamp: number;
  readonly streamTime: number;
}
