import type { AbortedOnImport } from './staged-partition.js';

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
