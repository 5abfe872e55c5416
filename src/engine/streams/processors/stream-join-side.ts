import type { StreamRecord } from '../processor/record.js';
import type { TaskContext } from '../processor/task-context.js';
import type { JoinSide, OuterJoinStore } from '../state/outer-join-store.js';
import type { WindowStore } from '../state/state-store.js';
import type { JoinTime } from './join-time.js';

/** How one side of a join of streams sees it. */
export interface StreamJoinSideOptions<K, VThis, VOther, VOut> {
  readonly side: JoinSide;
  /** Whether a record of this side goes out without a partner. */
  readonly isPreserved: boolean;
  /** The other side's records may be this much earlier or later. */
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly graceMs: number;
  /** How long a record of either side waits for a partner that comes later. */
  readonly lookahead: Readonly<Record<JoinSide, number>>;
  readonly joiner: (key: K, value: VThis | null, other: VOther | null) => VOut;
}

/** One side of a join of two streams at work in one task (KStreamKStreamJoin). */
export class StreamJoinSide<K, VThis, VOther, VOut> {
  private readonly otherSide: JoinSide;

  constructor(
    private readonly context: TaskContext<K, VOut>,
    private readonly options: StreamJoinSideOptions<K, VThis, VOther, VOut>,
    private readonly otherStore: WindowStore<K, VOther>,
    private readonly outerStore: OuterJoinStore<K, VThis | VOther, VThis | VOther> | null,
    private readonly time: JoinTime,
  ) {
    this.otherSide = options.side === 'left' ? 'right' : 'left';
    const oldest = outerStore?.first();
    if (oldest !== undefined) time.waitsSince(oldest.timestamp);
  }

  process(record: StreamRecord<K, VThis>): void {
    const { key, value, timestamp, headers } = record;
    const { isPreserved, joiner, beforeMs, afterMs } = this.options;
    this.time.observe(timestamp);
    if (isPreserved && key === null && value !== null) {
      this.context.forward({ key, value: joiner(key, value, null), timestamp, headers });
      return;
    }
    if (key === null || value === null) {
      this.context.dropped({ reason: 'null-key-or-value', record });
      return;
    }
    if (timestamp === this.time.streamTime) this.emitUnmatched(record);
    const to = Math.max(0, timestamp + afterMs);
    let isMatched = false;
    for (const [otherTime, other] of this.otherStore.fetchRange(key, Math.max(0, timestamp - beforeMs), to)) {
      isMatched = true;
      this.outerStore?.removeIfPresent({ timestamp: otherTime, side: this.otherSide, key });
      const joined = joiner(key, value, other);
      this.context.forward({ key, value: joined, timestamp: Math.max(timestamp, otherTime), headers });
    }
    if (isMatched || !isPreserved) return;
    if (this.outerStore === null || to < this.time.streamTime) {
      // Its window is over already.
      this.context.forward({ key, value: joiner(key, value, null), timestamp, headers });
    } else {
      this.time.waitsSince(timestamp);
      this.outerStore.add({ timestamp, side: this.options.side, key }, value);
    }
  }

  /** Passes on the records of either side whose window has closed without a partner, by time, right before left, key. */
  private emitUnmatched({ headers }: StreamRecord<K, VThis>): void {
    const { outerStore, time } = this;
    if (outerStore === null || !this.mayHaveClosed() || !time.isTimeToEmit()) return;
    time.nothingWaits();
    const isOpen = { left: false, right: false };
    for (const { timestamp, side, key, values } of outerStore.all()) {
      time.oldestWaiting = timestamp;
      if (isOpen.left && isOpen.right) return;
      if (!this.hasClosed(timestamp, this.options.lookahead[side])) {
        isOpen[side] = true;
        // Kafka goes from value to value: with the second one of this time and key it would stop, and here is what waits longest.
        if (values.length > 1 && isOpen.left && isOpen.right) return;
        continue;
      }
      for (const value of values) {
        const joined =
          side === this.options.side
            ? this.options.joiner(key, value as VThis, null)
            : this.options.joiner(key, null, value as VOther);
        this.context.forward({ key, value: joined, timestamp, headers });
      }
      outerStore.remove({ timestamp, side, key });
    }
  }

  /** While nothing waits Kafka looks as well (its sum overflows), and with that begins the interval of looking. */
  private mayHaveClosed(): boolean {
    const { afterMs, graceMs } = this.options;
    return this.time.oldestWaiting === Infinity
      ? afterMs + graceMs > 0
      : this.hasClosed(this.time.oldestWaiting, afterMs);
  }

  private hasClosed(timestamp: number, lookaheadMs: number): boolean {
    return timestamp + lookaheadMs + this.options.graceMs < this.time.streamTime;
  }
}
