/** A leader epoch and the first offset that was written in it. */
export interface EpochStart {
  readonly epoch: number;
  readonly startOffset: number;
}

/** Stands for "no epoch". */
const undefinedEpoch = -1;

/** Which leader epoch wrote which offsets (Kafka's `LeaderEpochFileCache`): epochs and start offsets both grow from entry to entry. */
export class LeaderEpochs {
  constructor(private entries: readonly EpochStart[] = []) {}

  /** The latest epoch, -1 if there is none. */
  get latest(): number {
    return this.entries.at(-1)?.epoch ?? -1;
  }

  /** From `startOffset` on the log is written in `epoch`. Entries that this overtakes go; an epoch that is not later than the latest is known already. */
  assign(epoch: number, startOffset: number): void {
    if (epoch <= this.latest) return;
    this.entries = [...this.entries.filter((entry) => entry.startOffset < startOffset), { epoch, startOffset }];
  }

  /** The log ends at `endOffset` now: epochs that began there or later wrote nothing that is left. */
  truncateFromEnd(endOffset: number): void {
    this.entries = this.entries.filter((entry) => entry.startOffset < endOffset);
  }

  /** The log starts at `startOffset` now: the epoch of that offset begins there, earlier ones are forgotten. */
  truncateFromStart(startOffset: number): void {
    const last = this.entries.findLast((entry) => entry.startOffset <= startOffset);
    if (last === undefined) return;
    const later = this.entries.filter((entry) => entry.startOffset > startOffset);
    this.entries = [{ epoch: last.epoch, startOffset }, ...later];
  }

  /**
   * Where the latest epoch ended that is not later than `epoch`, and which one that was; the log ends at `logEndOffset` (`LeaderEpochFileCache.endOffsetFor`).
   * Undefined where the log knows no such epoch, or one before its first.
   */
  endOffsetFor(
    epoch: number,
    logEndOffset: number,
  ): { readonly epoch: number; readonly endOffset: number } | undefined {
    if (epoch === undefinedEpoch) return undefined;
    if (epoch === this.latest) return { epoch, endOffset: logEndOffset };
    const next = this.entries.findIndex((entry) => entry.epoch > epoch);
    const following = this.entries[next];
    if (following === undefined) return undefined;
    const known = this.entries[next - 1];
    return { epoch: known?.epoch ?? epoch, endOffset: following.startOffset };
  }

  /** Every epoch that is known, in order. */
  get all(): readonly EpochStart[] {
    return this.entries;
  }

  /** Makes the entries what they were. */
  restore(entries: readonly EpochStart[]): void {
    this.entries = entries;
  }

  /** The epoch in which `offset` was (or would be) written, -1 if that is before the first known one. */
  epochFor(offset: number): number {
    return this.entries.findLast((entry) => entry.startOffset <= offset)?.epoch ?? -1;
  }

  /** What Kafka keeps in `leader-epoch-checkpoint`: a version, the number of entries, and an epoch with its start offset a line. */
  toText(): string {
    const lines = this.entries.map(({ epoch, startOffset }) => `${epoch} ${startOffset}`);
    return ['0', String(lines.length), ...lines, ''].join('\n');
  }

  /** The entries that such a text holds; undefined if it is not one. */
  static parse(text: string): LeaderEpochs | undefined {
    const [version, count, ...lines] = text.trimEnd().split('\n');
    if (version !== '0' || count !== String(lines.length)) return undefined;
    const entries: EpochStart[] = [];
    for (const line of lines) {
      const [, epoch, startOffset] = /^(\d+) (\d+)$/.exec(line) ?? [];
      const entry = { epoch: Number(epoch), startOffset: Number(startOffset) };
      const before = entries.at(-1);
      if (!Number.isSafeInteger(entry.epoch) || !Number.isSafeInteger(entry.startOffset)) return undefined;
      if (before !== undefined && (entry.epoch <= before.epoch || entry.startOffset <= before.startOffset))
        return undefined;
      entries.push(entry);
    }
    return new LeaderEpochs(entries);
  }
}
