import type { RawBatch } from './raw-batches.js';
import type { AbortEntry, TimeEntry } from './side-files.js';
import type { RebuiltAbort } from './rebuilt-producers.js';

/** The indexes of a segment, as they are stored. */
export interface RawIndexes {
  /** Last offset and position of batches. */
  readonly offsets: readonly (readonly [number, number])[];
  readonly times: readonly TimeEntry[];
  readonly aborts: readonly AbortEntry[];
}

export type IndexFault = { readonly kind: 'offset-index' | 'time-index' | 'transaction-index'; readonly what: string };

/** Compares a segment's indexes with its batches while those go by. */
export class IndexCheck {
  private readonly faults: IndexFault[] = [];
  private nextOffsetEntry = 0;
  private nextTimeEntry = 0;
  private largest: TimeEntry = { timestamp: -1, offset: -1 };
  private readonly expectedAborts = new Map<number, RebuiltAbort>();
  private readonly abortMarkers = new Map<number, number>();

  constructor(private readonly indexes: RawIndexes) {}

  /** The next batch, and the transaction that it aborts. */
  take(batch: RawBatch, aborted: RebuiltAbort | undefined): void {
    this.checkPosition(batch);
    if (batch.maxTimestamp > this.largest.timestamp)
      this.checkTime({ timestamp: batch.maxTimestamp, offset: batch.lastOffset });
    if (batch.marker?.isAbort === true) this.abortMarkers.set(batch.baseOffset, batch.producerId);
    if (aborted !== undefined) this.expectedAborts.set(aborted.lastOffset, aborted);
  }

  /**
   * What was wrong. The segment was sealed if its largest timestamp must be in the time index. Aborted transactions must be in their index that lie from `indexedFrom` on
   * and before `indexedTo`; those that began earlier may be forgotten.
   */
  finish(isSealed: boolean, indexedFrom: number, indexedTo: number): readonly IndexFault[] {
    const { offsets, times } = this.indexes;
    const beyond = offsets[this.nextOffsetEntry];
    if (beyond !== undefined) this.fault('offset-index', `offset ${beyond[0]} would be at byte ${beyond[1]}`);
    const later = times[this.nextTimeEntry];
    if (later !== undefined)
      this.fault('time-index', `the largest timestamp up to offset ${later.offset} would be ${later.timestamp}`);
    const last = times.at(-1);
    if (isSealed && this.largest.timestamp >= 0 && last?.timestamp !== this.largest.timestamp)
      this.fault(
        'time-index',
        `it ends with ${last?.timestamp}, but the largest timestamp is ${this.largest.timestamp}`,
      );
    this.checkAborts(indexedFrom, indexedTo);
    return this.faults;
  }

  private checkPosition({ position, lastOffset }: RawBatch): void {
    for (;;) {
      const entry = this.indexes.offsets[this.nextOffsetEntry];
      if (entry === undefined || entry[1] > position) return;
      this.nextOffsetEntry++;
      if (entry[1] === position && entry[0] === lastOffset) return;
      this.fault('offset-index', `offset ${entry[0]} is not at byte ${entry[1]}`);
    }
  }

  private checkTime(largest: TimeEntry): void {
    this.largest = largest;
    for (;;) {
      const entry = this.indexes.times[this.nextTimeEntry];
      if (entry === undefined || entry.offset > largest.offset) return;
      this.nextTimeEntry++;
      if (entry.offset === largest.offset && entry.timestamp === largest.timestamp) return;
      this.fault('time-index', `the largest timestamp up to offset ${entry.offset} is not ${entry.timestamp}`);
    }
  }

  private checkAborts(indexedFrom: number, indexedTo: number): void {
    const listed = new Set<number>();
    for (const { producerId, firstOffset, lastOffset } of this.indexes.aborts) {
      listed.add(lastOffset);
      const expected = this.expectedAborts.get(lastOffset);
      if (this.abortMarkers.get(lastOffset) !== producerId)
        this.fault('transaction-index', `producer ${producerId} has no abort marker at offset ${lastOffset}`);
      else if (firstOffset > lastOffset || (expected !== undefined && firstOffset > expected.firstOffset))
        this.fault(
          'transaction-index',
          `the transaction aborted at offset ${lastOffset} begins at ${expected?.firstOffset ?? 'an earlier offset'}, not at ${firstOffset}`,
        );
    }
    for (const { producerId, firstOffset, lastOffset } of this.expectedAborts.values())
      if (firstOffset >= indexedFrom && lastOffset < indexedTo && !listed.has(lastOffset))
        this.fault(
          'transaction-index',
          `the aborted transaction of producer ${producerId} from ${firstOffset} to ${lastOffset} is missing`,
        );
  }

  private fault(kind: IndexFault['kind'], what: string): void {
    this.faults.push({ kind, what });
  }
}
