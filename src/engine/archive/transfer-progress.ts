/** How far an export or an import has come. */
export interface TransferProgress {
  /** Bytes of segments that are written, or read: nearly all of the file. */
  readonly bytes: number;
  /** Bytes of all segments; 0 until it is known, as `totalTopics`. */
  readonly totalBytes: number;
  /** Records that are written or read; the markers of transactions are none. */
  readonly records: number;
  /** Topics that are done. */
  readonly topics: number;
  /** All topics; 0 until it is known. */
  readonly totalTopics: number;
}
