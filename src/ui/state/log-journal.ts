import type { Partita } from '../../entry/open-log.js';
import { KafkaError } from '../../engine/protocol/kafka-error.js';
import { readJournal, type Entry, type Head, type Kept } from './journal-reader.js';
import { journalTopic, lastJournal } from './journal-topic.js';
import type { LearnerJournal, LearnerState } from './learner-journal.js';

/**
 * The learner's progress as records of a topic of the page's own log; the last one tells where the learner stands. While a run plays only the
 * head moves, and then only the head is written.
 */
export class LogJournal implements LearnerJournal {
  private readonly producer: ReturnType<Partita['producer']>;
  private topic: string | undefined;
  private written: Kept | undefined;
  private waiting: LearnerState | undefined;
  private writing = false;
  private isClosed = false;
  private readonly ready: Promise<void>;

  /** `onWritten` is called after each state that was written. */
  constructor(
    private readonly log: Partita,
    private readonly onWritten: () => void,
  ) {
    this.producer = log.producer({ lingerMs: 0 });
    this.ready = this.prepare();
  }

  async load(): Promise<LearnerState | undefined> {
    await this.ready;
    this.written = this.topic === undefined ? undefined : await readJournal(this.log, this.topic);
    return this.written?.state;
  }

  save(state: LearnerState): void {
    if (this.isClosed) return;
    this.waiting = state;
    if (!this.writing) void this.write();
  }

  /** Writes nothing more but what is on its way: another tab goes on from what is stored. */
  close(): void {
    this.isClosed = true;
    this.waiting = undefined;
    void this.producer.disconnect();
  }

  private async prepare(): Promise<void> {
    await this.producer.connect();
    await this.withAdmin(async (admin) => (this.topic = lastJournal(await admin.listTopics())));
  }

  /** One write at a time, each of the newest state: what was overtaken while waiting is left out. */
  private async write(): Promise<void> {
    this.writing = true;
    try {
      await this.ready;
      const topic = (this.topic ??= await this.create());
      for (let state = this.waiting; state !== undefined; state = this.waiting) {
        this.waiting = undefined;
        const entry = this.entryFor(state);
        const [written] = await this.producer.send({
          topic,
          acks: 1,
          messages: [{ key: entry.kind, value: JSON.stringify(entry) }],
        });
        const offset = entry.kind === 'head' ? entry.stateOffset : Number(written?.baseOffset ?? -1);
        this.written = { state, offset };
        this.onWritten();
      }
    } catch (error) {
      // The log was taken over or lost: the tab says so by its status, and what was acknowledged is kept.
      if (!(error instanceof KafkaError)) throw error;
    } finally {
      this.writing = false;
    }
  }

  private async create(): Promise<string> {
    const topic = journalTopic(1);
    await this.withAdmin((admin) => admin.createTopics({ topics: [{ topic, numPartitions: 1 }] }));
    return topic;
  }

  private async withAdmin<Value>(use: (admin: ReturnType<Partita['admin']>) => Promise<Value>): Promise<Value> {
    const admin = this.log.admin();
    await admin.connect();
    try {
      return await use(admin);
    } finally {
      await admin.disconnect();
    }
  }

  private entryFor(state: LearnerState): Entry {
    const moved = this.written === undefined ? undefined : onlyHeadMoved(this.written.state, state);
    if (moved === undefined || this.written === undefined) return { kind: 'state', state };
    return { kind: 'head', stateOffset: this.written.offset, ...moved };
  }
}

/** The play whose head moved, if that is all that happened from one state to the next. */
function onlyHeadMoved(
  from: LearnerState,
  to: LearnerState,
): { readonly play: string; readonly head: Head } | undefined {
  const moved = Object.keys(to.plays).filter(
    (name) => JSON.stringify(from.plays[name]) !== JSON.stringify(to.plays[name]),
  );
  const [play] = moved;
  if (play === undefined || moved.length > 1 || Object.keys(from.plays).length !== Object.keys(to.plays).length)
    return undefined;
  const [before, after] = [from.plays[play], to.plays[play]];
  if (before === undefined || after === undefined) return undefined;
  const { headMs, seenMs, playing } = after;
  const head = { headMs, seenMs, playing };
  const rest = JSON.stringify({
    ...to,
    plays: { ...to.plays, [play]: { ...after, headMs: 0, seenMs: 0, playing: false } },
  });
  const was = JSON.stringify({
    ...from,
    plays: { ...from.plays, [play]: { ...before, headMs: 0, seenMs: 0, playing: false } },
  });
  return rest === was ? { play, head } : undefined;
}
