/** Whole batches that were appended together. */
export interface CachedRun {
  readonly baseOffset: number;
  readonly nextOffset: number;
  /** Where it begins in its segment. */
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** The end of the log in memory: everything that is not durable yet and, up to a limit, what came before it. Its runs follow each other without a gap. */
export class TailCache {
  private readonly runs: CachedRun[] = [];
  private size = 0;

  constructor(private readonly limitBytes: number) {}

  /** The first offset that is here; undefined while it is empty. */
  get startOffset(): number | undefined {
    return this.runs[0]?.baseOffset;
  }

  add(run: CachedRun): void {
    this.runs.push(run);
    this.size += run.bytes.length;
  }

  /** The runs from the one that holds `offset` on. */
  *runsFrom(offset: number): Generator<CachedRun, void, undefined> {
    let low = 0;
    let high = this.runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.runs[middle] as CachedRun).nextOffset <= offset) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < this.runs.length; at++) yield this.runs[at] as CachedRun;
  }

  /** Makes room: the oldest runs go, but none that ends beyond `durableEnd`, which is nowhere else. */
  evict(durableEnd: number): void {
    let count = 0;
    while (this.size > this.limitBytes && (this.runs[count]?.nextOffset ?? Infinity) <= durableEnd) {
      this.size -= (this.runs[count] as CachedRun).bytes.length;
      count++;
    }
    if (count > 0) this.runs.splice(0, count);
  }

  /** Forgets what ends at `offset` or before: it has been written anew. */
  forgetBefore(offset: number): void {
    while ((this.runs[0]?.nextOffset ?? Infinity) <= offset) this.size -= this.runs.shift()?.bytes.length ?? 0;
  }

  /** Forgets what lies at `endOffset` or beyond. */
  truncate(endOffset: number): void {
    while ((this.runs.at(-1)?.baseOffset ?? -1) >= endOffset) this.size -= this.runs.pop()?.bytes.length ?? 0;
  }
}
