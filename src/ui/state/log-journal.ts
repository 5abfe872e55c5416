import type { Partita } from '../../entry/open-log.js';
import type { Connection } from '../../engine/protocol/connection.js';
import { KafkaError } from '../../engine/protocol/kafka-error.js';
import { errorByCode } from '../../engine/protocol/errors.js';
import { batchesIn, decodeRecords } from '../../engine/protocol/record-batch.js';
import type { LearnerJournal, LearnerState, PlayState } from './learner-journal.js';

const topic = 'learner';
/** Versions that name topics by their names. */
const listOffsetsVersion = 7;
const fetchVersion = 12;
const latest = -1n;

/** A record of the journal: a whole state, or only how far the head has come since one. */
type Entry =
  | { readonly kind: 'state'; readonly state: LearnerState }
  | { readonly kind: 'head'; readonly stateOffset: number; readonly play: string; readonly head: Head };

type Head = Pick<PlayState, 'headMs' | 'seenMs' | 'playing'>;

/**
 * The learner's progress as records of a topic of the page's own log; the last one tells where the learner stands. While a run plays only the
 * head moves, and then only the head is written.
 */
export class LogJournal implements LearnerJournal {
  private readonly producer: ReturnType<Partita['producer']>;
  private written: { readonly state: LearnerState; readonly offset: number } | undefined;
  private waiting: LearnerState | undefined;
  private writing = false;
  private isClosed = false;
  private readonly ready: Promise<void>;

  constructor(private readonly log: Partita) {
    this.producer = log.producer({ lingerMs: 0 });
    this.ready = this.prepare();
  }

  async load(): Promise<LearnerState | undefined> {
    await this.ready;
    const connection = await this.log.network.connect(this.log.network.bootstrap[0] ?? { host: '', port: 0 });
    try {
      return await this.readLast(connection);
    } finally {
      connection.close();
    }
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
    const admin = this.log.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
    await admin.disconnect();
    await this.producer.connect();
  }

  /** One write at a time, each of the newest state: what was overtaken while waiting is left out. */
  private async write(): Promise<void> {
    this.writing = true;
    try {
      await this.ready;
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
      }
    } catch (error) {
      // The log was taken over or lost: the tab says so by its status, and what was acknowledged is kept.
      if (!(error instanceof KafkaError)) throw error;
    } finally {
      this.writing = false;
    }
  }

  private entryFor(state: LearnerState): Entry {
    const moved = this.written === undefined ? undefined : onlyHeadMoved(this.written.state, state);
    if (moved === undefined || this.written === undefined) return { kind: 'state', state };
    return { kind: 'head', stateOffset: this.written.offset, ...moved };
  }

  private async readLast(connection: Connection): Promise<LearnerState | undefined> {
    const end = await this.endOffset(connection);
    if (end === 0) return undefined;
    const last = await this.readEntry(connection, end - 1);
    if (last.kind === 'state') {
      this.written = { state: last.state, offset: end - 1 };
      return last.state;
    }
    const base = await this.readEntry(connection, last.stateOffset);
    if (base.kind !== 'state')
      throw new KafkaError(
        'INVALID_RECORD',
        `The journal's record ${last.stateOffset} is no whole state, as record ${end - 1} says.`,
      );
    const play = base.state.plays[last.play];
    const state =
      play === undefined
        ? base.state
        : { ...base.state, plays: { ...base.state.plays, [last.play]: { ...play, ...last.head } } };
    this.written = { state, offset: last.stateOffset };
    return state;
  }

  private async endOffset(connection: Connection): Promise<number> {
    const response = await connection.send(
      { api: 'ListOffsets', version: listOffsetsVersion, clientId: 'journal' },
      { replicaId: -1, topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: latest }] }] },
    );
    const partition = response.topics[0]?.partitions[0];
    if (partition === undefined || partition.errorCode !== 0)
      throw new KafkaError(errorByCode(partition?.errorCode ?? -1).name);
    return Number(partition.offset);
  }

  private async readEntry(connection: Connection, offset: number): Promise<Entry> {
    const response = await connection.send(
      { api: 'Fetch', version: fetchVersion, clientId: 'journal' },
      {
        maxWaitMs: 0,
        minBytes: 1,
        topics: [{ topic, partitions: [{ partition: 0, fetchOffset: BigInt(offset), partitionMaxBytes: 1 }] }],
      },
    );
    const bytes = response.responses[0]?.partitions[0]?.records;
    for (const { header } of batchesIn(bytes ?? new Uint8Array())) {
      for (const record of decodeRecords(bytes ?? new Uint8Array(), header)) {
        if (record.offset === offset && record.value !== null)
          return JSON.parse(new TextDecoder().decode(record.value)) as Entry;
      }
    }
    throw new KafkaError('OFFSET_OUT_OF_RANGE', `The journal holds no record at offset ${offset}.`);
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
