import type { PunctuationType } from '../processor/processor.js';
import type { RecordOrigin } from '../processor/record.js';
import type { DroppedRecord } from '../processor/task-context.js';

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
