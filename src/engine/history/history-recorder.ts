import type { Clock } from '../environment/environment.js';
import type { RecordedEvent } from '../environment/trace-events.js';
import { factsOf, TopicNames } from './trace-facts.js';
import type { History, HistoryEvent, HistoryFact, HistoryHeader, PartitionName, Phase } from './history.js';

type FactOf<F extends HistoryFact['f']> = { readonly f: F } & Extract<HistoryFact, { f: F }>;
/** What is known of a fact only once it is done. */
type OutcomeOf<F extends HistoryFact['f']> = Partial<Omit<Extract<HistoryFact, { f: F }>, 'f'>>;

/**
 * Records the history of one run. Sends, polls and commits are told by wrappers around the clients (`process`); who owns which partition and what the broker
 * did is taken from the run's trace, in its place among them.
 */
export class HistoryRecorder {
  private readonly events: HistoryEvent[] = [];
  private readonly topics = new TopicNames();
  private operations = 0;
  private traced = 0;

  /** `trace` is read on as it grows. */
  constructor(
    private readonly clock: Clock,
    private readonly trace: readonly RecordedEvent[],
    private readonly header: HistoryHeader,
  ) {}

  /** What one life of a client does. `name` must be its own: another life is another process. */
  process(name: string): HistoryProcess {
    return new HistoryProcess({
      begin: () => ++this.operations,
      write: (op, e, fact) => {
        this.catchUp();
        this.write(name, op, e, fact);
      },
    });
  }

  /** The partition's name, once the broker has told of the topic. */
  partition(topic: string, partition: number): PartitionName {
    this.catchUp();
    return this.topics.partition(topic, partition);
  }

  /** Everything recorded so far. */
  history(): History {
    this.catchUp();
    return { header: this.header, events: [...this.events] };
  }

  private catchUp(): void {
    for (; this.traced < this.trace.length; this.traced++) {
      const event = this.trace[this.traced] as RecordedEvent;
      for (const { p, r, fact } of factsOf(event, this.topics))
        this.write(p, ++this.operations, 'ok', fact, event.at, r);
    }
  }

  private write(p: string, op: number, e: Phase, fact: HistoryFact, at = this.clock.now(), r?: 'b'): void {
    this.events.push({
      i: this.events.length + 1,
      t: at * 1000,
      p,
      op,
      e,
      ...fact,
      ...(r === undefined ? {} : { r }),
    });
  }
}

interface Writer {
  begin(): number;
  write(op: number, e: Phase, fact: HistoryFact): void;
}

/** One life of a client, as the history sees it. */
export class HistoryProcess {
  constructor(private readonly writer: Writer) {}

  /** Something that happens at once. */
  point(fact: HistoryFact): void {
    this.writer.write(this.writer.begin(), 'ok', fact);
  }

  /**
   * Something that takes time: `work` does it, `outcome` says what is known more of it once it is done. A rejection counts as unknown, unless `isCertain`
   * knows that there was no effect; it is passed on.
   */
  async operation<F extends HistoryFact['f'], Value>(
    fact: FactOf<F>,
    work: () => Promise<Value>,
    outcome: (value: Value) => OutcomeOf<F> = () => ({}),
    isCertain: (error: unknown) => boolean = () => false,
  ): Promise<Value> {
    const op = this.writer.begin();
    this.writer.write(op, 'inv', fact);
    try {
      const value = await work();
      const told: HistoryFact = { ...(fact as HistoryFact), ...(outcome(value) as object) };
      this.writer.write(op, 'ok', told);
      return value;
    } catch (error) {
      this.writer.write(op, isCertain(error) ? 'fail' : 'info', fact);
      throw error;
    }
  }
}
