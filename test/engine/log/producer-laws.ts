import fc from 'fast-check';
import { expect } from 'vitest';
import { MemoryDisk } from '../../../src/engine/environment/memory-disk.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import { StorageError } from '../../../src/engine/environment/storage.js';
import type { PartitionLog } from '../../../src/engine/log/partition-log.js';
import { ProducerReplay } from '../../../src/engine/log/producers/producer-replay.js';
import type { ProducerEntry } from '../../../src/engine/log/producers/producer-entry.js';
import { ProducerStates } from '../../../src/engine/log/producers/producer-states.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import { encodeBatch, sequenceAfter } from '../../../src/engine/protocol/record-batch.js';
import { inPlaceOf, searchProperty, type Mutant } from '../../mutants/mutant.js';
import { openOrders, tracedEnvironment } from './log-builder.js';

const expirationMs = 1_000;
/** How many batches of a producer a log knows (Kafka's `NUM_BATCHES_TO_RETAIN`). */
const knownBatches = 5;
/** The last of these writes in transactions. */
const producerCount = 3;

type ProducerCommand =
  | { readonly does: 'next' | 'fail'; readonly producer: number; readonly count: number }
  /** Sends the batch again that was so many before. */
  | { readonly does: 'again'; readonly producer: number; readonly back: number }
  /** Leaves so many numbers out. */
  | { readonly does: 'gap'; readonly producer: number; readonly by: number }
  /** Goes on in a new epoch, from 0; or in the one before its own; or has its transaction, if it has one, ended. */
  | { readonly does: 'new-epoch' | 'old-epoch' | 'mark'; readonly producer: number }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'expire' }
  | { readonly does: 'reopen'; readonly after: 'crash' | 'close' };

const producer = fc.nat({ max: producerCount - 1 });
const count = fc.integer({ min: 1, max: 3 });
const arbitraries = {
  next: fc.record({ does: fc.constant('next' as const), producer, count }),
  fail: fc.record({ does: fc.constant('fail' as const), producer, count }),
  again: fc.record({ does: fc.constant('again' as const), producer, back: fc.integer({ min: 1, max: 8 }) }),
  gap: fc.record({ does: fc.constant('gap' as const), producer, by: fc.integer({ min: 1, max: 4 }) }),
  epoch: fc.record({ does: fc.constantFrom('new-epoch' as const, 'old-epoch' as const), producer }),
  mark: fc.record({ does: fc.constant('mark' as const), producer }),
  // Quarters of the expiration: then what is exactly as old as it may be is common.
  wait: fc.record({ does: fc.constant('wait' as const), ms: fc.nat({ max: 5 }).map((n) => (n * expirationMs) / 4) }),
  expire: fc.record({ does: fc.constant('expire' as const) }),
  reopen: fc.record({
    does: fc.constant('reopen' as const),
    after: fc.constantFrom('crash' as const, 'close' as const),
  }),
} satisfies Readonly<Record<string, fc.Arbitrary<ProducerCommand>>>;

type Weights = Readonly<Partial<Record<keyof typeof arbitraries, number>>>;

/** Which commands each law looks at, how often, and where the producers' numbers begin. */
const lives = {
  'IDP-3': { weights: { next: 8, again: 6, gap: 2, epoch: 1 }, starts: fc.nat({ max: 100 }) },
  'IDP-5': { weights: { next: 8, again: 5, gap: 1 }, starts: fc.integer({ min: 2 ** 31 - 10, max: 2 ** 31 - 1 }) },
  'IDP-6': { weights: { next: 8, again: 3, epoch: 1, mark: 2, fail: 3, reopen: 3 }, starts: fc.nat({ max: 100 }) },
  'IDP-7': { weights: { next: 4, mark: 4, wait: 6, expire: 6, reopen: 1 }, starts: fc.nat({ max: 100 }) },
} as const satisfies Readonly<Record<string, { readonly weights: Weights; readonly starts: fc.Arbitrary<number> }>>;

export type ProducerLaw = keyof typeof lives;

function commandsOf(weights: Weights): fc.Arbitrary<readonly ProducerCommand[]> {
  const chosen = Object.entries(weights).map(([does, weight]) => ({
    weight,
    arbitrary: arbitraries[does as keyof typeof arbitraries] as fc.Arbitrary<ProducerCommand>,
  }));
  return fc.array(fc.oneof(...chosen), { minLength: 1, maxLength: 40, size: 'max' });
}

interface SentBatch {
  readonly sequence: number;
  readonly count: number;
  readonly offset: number;
}

/** What the log must know of a producer. */
class ModelProducer {
  epoch = 0;
  isKnown = false;
  hasOpenTransaction = false;
  /** When it last wrote data or a marker. */
  lastMs = 0;
  /** When it last wrote data. */
  dataMs = 0;
  /** Of its epoch, oldest first. */
  batches: SentBatch[] = [];
  /** Of the last ones so many must be known: a snapshot keeps one. */
  certain = 0;

  constructor(public next: number) {}

  sent(batch: SentBatch, now: number): void {
    this.batches.push(batch);
    this.next = sequenceAfter(batch.sequence, batch.count);
    this.certain = Math.min(this.certain + 1, knownBatches);
    this.isKnown = true;
    this.lastMs = this.dataMs = now;
  }

  /** It has been quiet for so long that it must be forgotten. */
  isExpired(now: number): boolean {
    return !this.hasOpenTransaction && now - this.lastMs >= expirationMs;
  }

  forget(): void {
    this.isKnown = false;
    this.batches = [];
    this.certain = 0;
  }

  /** Goes on from 0. */
  beginEpoch(): void {
    this.epoch++;
    this.next = 0;
    this.batches = [];
    this.certain = 0;
  }
}

/** A log with idempotent producers, and what must be known of them. */
class ProducerLife {
  private readonly producers: readonly ModelProducer[];
  private now = 1_000_000;
  private end = 0;
  private failsNext = false;
  private crashes = 0;
  private disk = new MemoryDisk();
  private log!: PartitionLog;

  private constructor(
    private readonly law: ProducerLaw,
    starts: readonly number[],
  ) {
    this.producers = starts.map((start) => new ModelProducer(start));
  }

  static async open(law: ProducerLaw, starts: readonly number[]): Promise<ProducerLife> {
    const life = new ProducerLife(law, starts);
    await life.openLog();
    return life;
  }

  async take(command: ProducerCommand): Promise<void> {
    switch (command.does) {
      case 'wait':
        this.now += command.ms;
        return;
      case 'expire':
        return this.expire();
      case 'reopen':
        return await this.reopen(command.after);
      default:
        await this.write(command, this.producers[command.producer] as ModelProducer);
    }
    expect(this.log.logEndOffset, `${this.law} nothing is appended twice`).toBe(this.end);
  }

  private async write(command: Extract<ProducerCommand, { producer: number }>, model: ModelProducer): Promise<void> {
    const id = command.producer;
    const { law } = this;
    switch (command.does) {
      case 'next': {
        const batch = { sequence: model.next, count: command.count, offset: this.end };
        expect(await this.append(id, batch), `${law} what follows is appended`).toEqual(stored(this.end));
        this.end += command.count;
        model.hasOpenTransaction ||= this.isTransactional(id);
        return model.sent(batch, this.now);
      }
      case 'fail': {
        const before = this.entries();
        this.failsNext = true;
        const batch = { sequence: model.next, count: command.count };
        expect(await this.append(id, batch)).toEqual(refused('KAFKA_STORAGE_ERROR'));
        expect(this.entries(), `${law} what was not appended changes nothing`).toEqual(before);
        return;
      }
      case 'again': {
        const batch = model.batches.at(-command.back);
        if (batch === undefined) return;
        const answer = await this.append(id, batch);
        const isCertain = command.back <= model.certain;
        const isForgotten = command.back > knownBatches;
        const same = stored(batch.offset);
        if (isCertain) expect(answer, `${law} a batch that is sent again is where it was`).toEqual(same);
        else if (isForgotten || answer.error !== undefined)
          expect(answer, `${law} an older batch is refused`).toEqual(refused('OUT_OF_ORDER_SEQUENCE_NUMBER'));
        else expect(answer, `${law} a batch that is sent again is where it was`).toEqual(same);
        return;
      }
      case 'gap': {
        if (model.batches.length === 0) return;
        const batch = { sequence: sequenceAfter(model.next, command.by), count: 1 };
        expect(await this.append(id, batch), `${law} a gap`).toEqual(refused('OUT_OF_ORDER_SEQUENCE_NUMBER'));
        return;
      }
      case 'new-epoch':
        if (!model.isKnown || model.hasOpenTransaction) return;
        model.beginEpoch();
        return await this.write({ does: 'next', producer: id, count: 1 }, model);
      case 'old-epoch': {
        if (!model.isKnown || model.epoch === 0) return;
        const batch = { sequence: 0, count: 1, epoch: model.epoch - 1 };
        expect(await this.append(id, batch), `${law} an epoch that is over`).toEqual(refused('INVALID_PRODUCER_EPOCH'));
        return;
      }
      case 'mark':
        if (!model.isKnown) return;
        await this.mark(id, model.epoch);
        this.end++;
        model.hasOpenTransaction = false;
        model.lastMs = this.now;
    }
  }

  private async append(
    producerId: number,
    batch: { readonly sequence: number; readonly count: number; readonly epoch?: number },
  ): Promise<Answer> {
    const bytes = encodeBatch({
      records: Array.from({ length: batch.count }, () => ({ key: null, value: null, timestamp: this.now })),
      producerId,
      producerEpoch: batch.epoch ?? (this.producers[producerId] as ModelProducer).epoch,
      baseSequence: batch.sequence,
      isTransactional: this.isTransactional(producerId),
    });
    try {
      const { baseOffset, durable } = this.log.append(bytes, { durability: 'strict' });
      await durable;
      return stored(baseOffset);
    } catch (error) {
      if (error instanceof KafkaError) return refused(error.code);
      throw error;
    }
  }

  private async mark(producerId: number, producerEpoch: number): Promise<void> {
    const bytes = encodeBatch({
      records: [{ key: Uint8Array.of(0, 0, 0, 1), value: new Uint8Array(6), timestamp: this.now }],
      producerId,
      producerEpoch,
      isTransactional: true,
      isControlBatch: true,
    });
    await this.log.append(bytes, { durability: 'strict', origin: 'coordinator' }).durable;
  }

  private expire(): void {
    this.log.expireProducers();
    this.producers.forEach((model, id) => {
      if (model.isKnown && model.isExpired(this.now)) model.forget();
      const isKnown = this.entries().some(({ producerId }) => producerId === id);
      expect(isKnown, `${this.law} producer ${id}, which was quiet for ${this.now - model.lastMs} ms, is known`).toBe(
        model.isKnown,
      );
    });
  }

  /** Opens the log that the process left, and expects of it what was known before. */
  private async reopen(after: 'crash' | 'close'): Promise<void> {
    this.expire();
    // As in Kafka: a snapshot is read by the clock of its reader, before the markers behind it tell that a producer is not forgotten. The rest of what it told is.
    const tells = this.law === 'IDP-7' ? asMarkersTell : asSnapshotTells;
    const told = (): unknown[] => this.entries().map(tells);
    const before = told();
    if (after === 'close') await this.log.close();
    else this.disk = this.disk.afterCrash(new SeededRandom(`crash ${this.crashes++}`), 'power');
    await this.openLog();
    this.log.expireProducers();
    expect(told(), `${this.law} the log tells what was known`).toEqual(before);
    for (const model of this.producers) {
      model.certain = Math.min(model.certain, 1);
      if (model.isKnown && !model.hasOpenTransaction && this.now - model.dataMs >= expirationMs) model.beginEpoch();
    }
    expect(this.log.logEndOffset, `${this.law} the log ends where it did`).toBe(this.end);
  }

  private async openLog(): Promise<void> {
    const storage = new MemoryStorage({
      disk: this.disk,
      beforeCommit: () => {
        if (!this.failsNext) return;
        this.failsNext = false;
        throw new StorageError('io', 'The disk does not write this.');
      },
    });
    this.log = await openOrders({
      storage,
      environment: tracedEnvironment({ now: () => this.now }),
      // A few batches each.
      config: { segmentBytes: 400, retentionMs: -1, producerIdExpirationMs: expirationMs },
    });
  }

  private entries(): ProducerEntry[] {
    return [...this.log.activeProducers].sort((one, other) => one.producerId - other.producerId);
  }

  private isTransactional(producerId: number): boolean {
    return producerId === producerCount - 1;
  }
}

type Answer = { readonly baseOffset: number; readonly error?: undefined } | { readonly error: string };

const stored = (baseOffset: number): Answer => ({ baseOffset });
const refused = (error: string): Answer => ({ error });

/** Of a producer's batches a snapshot keeps the last, with the time of what the producer did last. */
function asSnapshotTells(entry: ProducerEntry): unknown {
  const last = entry.batches.at(-1);
  return { ...entry, batches: last === undefined ? [] : [{ ...last, timestamp: undefined }] };
}

function asMarkersTell({ producerId, epoch, lastTimestamp, currentTransactionFirstOffset }: ProducerEntry): unknown {
  return { producerId, epoch, lastTimestamp, currentTransactionFirstOffset };
}

/**
 * IDP-3: one of a producer's last five batches is answered with its place, an older one and a gap are refused, and nothing is appended twice. IDP-5: so it is where
 * the numbers begin again. IDP-6: what is known is what the log tells. IDP-7: a producer is forgotten once it was quiet for so long, data and markers counted, and
 * not before.
 */
export function producersHold(law: ProducerLaw): fc.IAsyncPropertyWithHooks<[number[], readonly ProducerCommand[]]> {
  const { weights, starts } = lives[law];
  const each = fc.array(starts, { minLength: producerCount, maxLength: producerCount });
  return fc.asyncProperty(each, commandsOf(weights), async (from, commands) => {
    const life = await ProducerLife.open(law, from);
    for (const command of commands) await life.take(command);
  });
}

const numRuns = 50;
const searched = (law: ProducerLaw): Mutant['search'] => {
  return () => searchProperty(producersHold(law), numRuns);
};

/** What the laws of idempotent producers must find. */
export const producerLogMutants: readonly Mutant[] = [
  {
    breaks: 'a log that knows four batches of a producer',
    property: 'IDP-3',
    says: /IDP-3 a batch that is sent again is where it was/,
    search: inPlaceOf(
      ProducerStates.prototype,
      'duplicateOf',
      (original) =>
        function (this: ProducerStates, header) {
          const found = original.call(this, header);
          const { batches = [] } = this.entry(header.producerId) ?? {};
          return found !== undefined && batches.length === knownBatches && found === batches[0] ? undefined : found;
        },
      searched('IDP-3'),
    ),
  },
  {
    breaks: 'a log that answers whatever is sent again with the place of the last batch',
    property: 'IDP-3',
    says: /IDP-3 a batch that is sent again is where it was/,
    search: inPlaceOf(
      ProducerStates.prototype,
      'duplicateOf',
      (original) =>
        function (this: ProducerStates, header) {
          return original.call(this, header) && this.entry(header.producerId)?.batches.at(-1);
        },
      searched('IDP-3'),
    ),
  },
  {
    breaks: 'a log that appends a batch again once it has forgotten it',
    property: 'IDP-3',
    says: /IDP-3 an older batch is refused/,
    search: inPlaceOf(
      ProducerStates.prototype,
      'check',
      (original) =>
        function (this: ProducerStates, append) {
          const { producerId, producerEpoch, lastSequence } = append.header;
          const entry = this.entry(producerId);
          const isOld = entry?.epoch === producerEpoch && lastSequence < (entry.batches.at(-1)?.lastSequence ?? 0);
          if (!isOld) original.call(this, append);
        },
      searched('IDP-3'),
    ),
  },
  {
    breaks: 'a log that compares numbers as if they never began again',
    property: 'IDP-5',
    says: /IDP-5 what follows is appended/,
    search: inPlaceOf(
      ProducerStates.prototype,
      'check',
      (original) =>
        function (this: ProducerStates, append) {
          original.call(this, append);
          const last = this.entry(append.header.producerId)?.batches.at(-1);
          if (last !== undefined && append.header.baseSequence <= last.lastSequence)
            throw new KafkaError('OUT_OF_ORDER_SEQUENCE_NUMBER', 'It is not larger.');
        },
      searched('IDP-5'),
    ),
  },
  {
    breaks: 'a log that does not know a batch again in which the numbers begin again',
    property: 'IDP-5',
    says: /IDP-5 a batch that is sent again is where it was/,
    search: inPlaceOf(
      ProducerStates.prototype,
      'duplicateOf',
      (original) =>
        function (this: ProducerStates, header) {
          return header.lastSequence < header.baseSequence ? undefined : original.call(this, header);
        },
      searched('IDP-5'),
    ),
  },
  {
    breaks: 'a log that knows of a batch before its append has succeeded, and for ever',
    property: 'IDP-6',
    says: /IDP-6 what was not appended changes nothing/,
    bugs: [10],
    search: inPlaceOf(
      ProducerStates.prototype,
      'apply',
      (original) =>
        function (this: ProducerStates, append) {
          return { ...original.call(this, append), undo: () => undefined };
        },
      searched('IDP-6'),
    ),
  },
  {
    breaks: 'a log that takes its last snapshot for all that is known of producers',
    property: 'IDP-6',
    says: /IDP-6 the log tells what was known/,
    search: inPlaceOf(ProducerReplay.prototype, 'add', () => () => undefined, searched('IDP-6')),
  },
  {
    breaks: 'a log that forgets producers early',
    property: 'IDP-7',
    says: /IDP-7 producer \d, which was quiet for \d+ ms, is known/,
    bugs: [16],
    search: inPlaceOf(
      ProducerStates.prototype,
      'expire',
      (original) =>
        function (this: ProducerStates, now, afterMs) {
          original.call(this, now + afterMs / 4, afterMs);
        },
      searched('IDP-7'),
    ),
  },
  {
    breaks: 'a log that counts how long a producer was quiet from its data alone',
    property: 'IDP-7',
    says: /IDP-7 producer \d, which was quiet for \d+ ms, is known/,
    bugs: [16],
    search: inPlaceOf(
      ProducerStates.prototype,
      'apply',
      (original) =>
        function (this: ProducerStates, append) {
          const { header, marker } = append;
          const timestamp = this.entry(header.producerId)?.lastTimestamp;
          if (marker === undefined || timestamp === undefined) return original.call(this, append);
          return original.call(this, { ...append, marker: { ...marker, timestamp } });
        },
      searched('IDP-7'),
    ),
  },
];
