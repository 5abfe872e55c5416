import type { Environment } from '../environment/trace-events.js';
import type { TopicPartition } from './file-names.js';
import type { ProducerReplay } from './producers/producer-replay.js';

/** What the high watermark of a log concerns besides its readers. */
interface WatchedLog extends TopicPartition {
  readonly environment: Environment;
  readonly producers: ProducerReplay;
}

/** How far readers of a log see: the offsets before it. */
export class HighWatermark {
  private readonly listeners = new Set<(highWatermark: number) => void>();

  constructor(
    private readonly log: WatchedLog,
    private at: number,
    private isBetweenBatches: boolean,
  ) {}

  get offset(): number {
    return this.at;
  }

  /** Whether it is known to lie between two batches. */
  get isExact(): boolean {
    return this.isBetweenBatches;
  }

  /** Calls `listener` after each advance, until the function that this returns is called. */
  onAdvance(listener: (highWatermark: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Moves it to `offset`, a batch's end, if it is not there yet. */
  advance(offset: number, cause: string | undefined): void {
    if (offset <= this.at) return;
    this.at = offset;
    this.log.producers.states.transactions.replicatedTo(offset);
    this.log.environment.tracer.emit({
      kind: 'high-watermark-advanced',
      ...(cause !== undefined && { cause }),
      topic: this.log.topic,
      partition: this.log.partition,
      highWatermark: offset,
    });
    for (const listener of [...this.listeners]) listener(offset);
  }

  /** Puts it to `offset`, which may be lower than before, or lie inside a batch unless it is `isExact`. */
  set(offset: number, isExact: boolean): void {
    this.isBetweenBatches = isExact;
    if (offset > this.at) this.advance(offset, undefined);
    else this.at = offset;
    this.log.producers.states.transactions.replicatedTo(this.at);
  }

  /** The log has been cut, and ends at `logEndOffset`. */
  cutTo(logEndOffset: number): void {
    this.at = Math.min(this.at, logEndOffset);
  }

  /** Inside a batch it falls to where the batch begins; in a gap of compaction it rises to where the next begins, as in Kafka. */
  async settle(batchAt: (offset: number) => Promise<number | undefined>): Promise<void> {
    const asked = this.at;
    const batch = await batchAt(asked);
    if (this.at !== asked) return;
    this.at = batch ?? asked;
    this.isBetweenBatches = true;
  }
}
