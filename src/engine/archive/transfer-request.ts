import type { AbortedOnImport } from './staged-partition.js';
import type { TransferProgress } from './transfer-progress.js';

/** What exports and imports topics: a broker, or the way to one. */
export interface TopicTransferService {
  /** Begins an export. Rejects with an `ArchiveError` for what is not there. */
  exportTopics(request: ExportRequest, progress?: (progress: TransferProgress) => void): Promise<ExportUnderWay>;
  /**
   * Imports what an export holds: all of it is looked at and put down before anything changes, then all its topics are there at once. Rejects with an `ArchiveError`, with what
   * `pieces` throws, or with the reason of `signal`; then nothing has changed, and what was put down is gone.
   */
  importTopics(
    pieces: AsyncIterable<Uint8Array>,
    request: ImportRequest,
    progress?: (progress: TransferProgress) => void,
    signal?: AbortSignal,
  ): Promise<ImportReport>;
}

/** An export that is handed out piece by piece. */
export interface ExportUnderWay {
  /** The next piece, which belongs to the caller; undefined at the end. Rejects with why there is none, or what it was cancelled with. */
  next(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Lets go of everything; whoever asks for the next piece gets the error. */
  cancel(error: Error): void;
}

/** What is to be exported. Plain data. */
export interface ExportRequest {
  /** Names of topics; `all`: every one that is not the broker's own. */
  readonly topics: 'all' | readonly string[];
  /** The groups whose committed offsets for these topics are exported too. */
  readonly groups: 'all' | 'none' | readonly string[];
}

/** How an export is to be imported. Plain data. */
export interface ImportRequest {
  /** Topics that get another name here: the name in the export, and the new one. */
  readonly rename: readonly (readonly [string, string])[];
  /** Whether groups get the offsets that they had committed. */
  readonly importsGroups: boolean;
}

/** What an import brought. Plain data. */
export interface ImportReport {
  readonly topics: readonly ImportedTopic[];
  /** Groups that have offsets for these topics now. */
  readonly groups: readonly string[];
  /** Transactions that were open in the export: they were aborted, so that readers of committed records can go on. */
  readonly abortedTransactions: readonly AbortedOnImport[];
}

export interface ImportedTopic {
  /** In the export. */
  readonly name: string;
  /** Here. */
  readonly importedAs: string;
  readonly topicId: string;
  /** A topic of this log has, or once had, the id that it had in the export. */
  readonly hasNewId: boolean;
  readonly partitions: number;
  /** Without the markers of transactions. */
  readonly records: number;
  /** Of its segments. */
  readonly bytes: number;
}
