import type { ExportDescription, ExportOptions, ImportOptions, ImportReport } from '../../entry/topic-transfer.js';

/** What the page's log keeps, and the way out of it and into it as a file. */
export interface KeptLog {
  /** Calls `listener` whenever this page has written to the log. */
  onWritten(listener: () => void): void;
  /** All topics that are not the broker's own, in the sequence of their names. */
  topics(): Promise<readonly KeptTopic[]>;
  exportTopics(options: ExportOptions): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  /** What a file says that it holds. Rejects with an `ArchiveError` if it is no export. */
  describe(file: Blob): Promise<ExportDescription>;
  importTopics(file: Blob, options: ImportOptions): Promise<ImportReport>;
  /**
   * Goes on from the progress in this topic, one of those that were `imported` with it, and forgets what was kept before. Rejects with INVALID_RECORD if it tells no progress that
   * this page could go on with; then all that was imported is removed again, and what was kept before counts.
   */
  useProgress(topic: string, imported: readonly string[]): Promise<void>;
}

export interface KeptTopic {
  readonly name: string;
  /** The learner's progress and settings: what the page goes on from. */
  readonly isProgress: boolean;
  readonly partitions: number;
  /** From the start of each partition to its end. */
  readonly offsets: number;
  readonly bytes: number;
}
