import type { Connection } from '../../engine/protocol/connection.js';
import { errorByCode } from '../../engine/protocol/errors.js';
import { KafkaError } from '../../engine/protocol/kafka-error.js';
import { batchesIn, decodeRecords } from '../../engine/protocol/record-batch.js';
import type { Partita } from '../../entry/open-log.js';
import type { LearnerState, PlayState } from './learner-journal.js';
import { readLearnerState } from './learner-state.js';

/** A record of the journal: a whole state, or only how far the head has come since one. */
export type Entry =
  | { readonly kind: 'state'; readonly state: LearnerState }
  | { readonly kind: 'head'; readonly stateOffset: number; readonly play: string; readonly head: Head };

export type Head = Pick<PlayState, 'headMs' | 'seenMs' | 'playing'>;

/** A state, and the offset of the record that tells it whole. */
export interface Kept {
  readonly state: LearnerState;
  readonly offset: number;
}

/** Versions that name topics by their names. */
const listOffsetsVersion = 7;
const fetchVersion = 12;
const latest = -1n;

/** The last state that a journal tells; undefined if it is empty. Rejects with INVALID_RECORD if it tells none that this page could go on with: it may come from a file. */
export async function readJournal(log: Partita, topic: string): Promise<Kept | undefined> {
  const connection = await log.network.connect(log.network.bootstrap[0] ?? { host: '', port: 0 });
  try {
    return await new JournalReader(connection, topic).last();
  } finally {
    connection.close();
  }
}

class JournalReader {
  constructor(
    private readonly connection: Connection,
    private readonly topic: string,
  ) {}

  async last(): Promise<Kept | undefined> {
    const end = await this.endOffset();
    if (end === 0) return undefined;
    const last = await this.entry(end - 1);
    if (last.kind === 'state') return { state: last.state, offset: end - 1 };
    const { stateOffset, head } = last;
    const base = await this.entry(stateOffset);
    if (base.kind !== 'state') throw this.invalid(stateOffset, `is no whole state, as record ${end - 1} says`);
    const { state } = base;
    const play = state.plays[last.play];
    if (play === undefined) return { state, offset: stateOffset };
    const plays = { ...state.plays, [last.play]: { ...play, ...head } };
    return { state: { ...state, plays }, offset: stateOffset };
  }

  private async endOffset(): Promise<number> {
    const response = await this.connection.send(
      { api: 'ListOffsets', version: listOffsetsVersion, clientId: 'journal' },
      { replicaId: -1, topics: [{ name: this.topic, partitions: [{ partitionIndex: 0, timestamp: latest }] }] },
    );
    const partition = response.topics[0]?.partitions[0];
    if (partition === undefined || partition.errorCode !== 0)
      throw new KafkaError(errorByCode(partition?.errorCode ?? -1).name);
    return Number(partition.offset);
  }

  private async entry(offset: number): Promise<Entry> {
    const partitions = [{ partition: 0, fetchOffset: BigInt(offset), partitionMaxBytes: 1 }];
    const response = await this.connection.send(
      { api: 'Fetch', version: fetchVersion, clientId: 'journal' },
      { maxWaitMs: 0, minBytes: 1, topics: [{ topic: this.topic, partitions }] },
    );
    const bytes = response.responses[0]?.partitions[0]?.records ?? new Uint8Array();
    for (const { header } of batchesIn(bytes)) {
      if (header.isControlBatch) continue;
      for (const record of decodeRecords(bytes, header)) {
        if (record.offset !== offset || record.value === null) continue;
        const entry = entryOf(new TextDecoder().decode(record.value));
        if (entry === undefined) throw this.invalid(offset, 'is not what this page writes');
        return entry;
      }
    }
    throw this.invalid(offset, 'is not there');
  }

  private invalid(offset: number, what: string): KafkaError {
    return new KafkaError('INVALID_RECORD', `The record of ${this.topic} at offset ${offset} ${what}.`);
  }
}

/** An entry before it is known to be one. */
interface Untrusted {
  readonly kind?: unknown;
  readonly state?: unknown;
  readonly stateOffset?: unknown;
  readonly play?: unknown;
  readonly head?: { readonly [Field in keyof Head]?: unknown } | null;
}

function entryOf(text: string): Entry | undefined {
  let entry: Untrusted | null;
  try {
    entry = JSON.parse(text) as Untrusted | null;
  } catch {
    return undefined;
  }
  if (entry?.kind === 'state') {
    const state = readLearnerState(entry.state);
    return state && { kind: 'state', state };
  }
  if (entry?.kind !== 'head' || !Number.isSafeInteger(entry.stateOffset) || typeof entry.play !== 'string')
    return undefined;
  const { headMs, seenMs, playing } = entry.head ?? {};
  if (!Number.isFinite(headMs) || !Number.isFinite(seenMs) || typeof playing !== 'boolean') return undefined;
  return entry as Entry;
}
