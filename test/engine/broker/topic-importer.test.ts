import { beforeAll, describe, expect, it } from 'vitest';
import type { TransferProgress } from '../../../src/engine/archive/transfer-progress.js';
import type { BrokerOptions } from '../../../src/engine/broker/broker.js';
import type { MemoryDisk } from '../../../src/engine/environment/memory-disk.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import { StorageError, type StorageWrite } from '../../../src/engine/environment/storage.js';
import { exported, imported, inPiecesOf } from '../archive/archive-bench.js';
import { topicsOf } from '../archive/log-contents.js';
import { logOf, servicesOf, writeRichTopics } from '../archive/rich-topics.js';
import { BrokerBench } from './broker-bench.js';

let tar: Uint8Array;
let original: Awaited<ReturnType<typeof topicsOf>>;

beforeAll(async () => {
  // Its ids must not be those that the others draw.
  const source = await BrokerBench.start({ seed: 'source' });
  await writeRichTopics(source);
  tar = await exported(source.broker);
  original = await topicsOf(source);
});

/** A broker with a topic of its own; every name that is written to the storage is noted. */
async function target(options: Partial<BrokerOptions> = {}) {
  const writes: StorageWrite[] = [];
  const bench = await BrokerBench.start({ ...options, beforeCommit: (commit) => void writes.push(...commit) });
  await bench.createTopic('own');
  await bench.produce('own', ['mine']);
  writes.length = 0;
  return { bench, writes };
}

/** What of the writes is there still: names of files and blobs, save those of the broker itself. */
async function leftOf({ bench, writes }: Awaited<ReturnType<typeof target>>): Promise<string[]> {
  const files = (await bench.storage.files()).map(({ name }) => name);
  const blobs = [...new Set(writes.flatMap((write) => ('name' in write ? write.name : [])))];
  const present = await Promise.all(blobs.map(async (name) => ((await bench.storage.readBlob(name)) ? [name] : [])));
  return [...files, ...present.flat()].filter(
    (name) => !/^(own|__cluster_metadata|__consumer_offsets)-\d+\/|^producer-ids$/.test(name),
  );
}

const none = { rename: [], importsGroups: true };

describe('topics that are imported', () => {
  it('are refused if one of their names is taken, and nothing is written', async () => {
    const there = await target();
    await there.bench.createTopic('prices');
    there.writes.length = 0;
    await expect(imported(there.bench.broker, tar)).rejects.toMatchObject({
      code: 'TOPIC_EXISTS',
      message: expect.stringContaining("There is a topic 'prices' already") as string,
    });
    expect(there.writes).toEqual([]);
    expect(Object.keys(await topicsOf(there.bench)).sort()).toEqual(['own', 'prices']);
  });

  it('can get other names, with their groups’ offsets', async () => {
    const { bench } = await target();
    await bench.createTopic('prices');
    const report = await imported(bench.broker, tar, {
      rename: [
        ['prices', 'prices-2'],
        ['plain', '__proto__'],
      ],
    });
    expect(report.topics.map(({ name, importedAs }) => [name, importedAs])).toEqual([
      ['payments', 'payments'],
      ['plain', '__proto__'],
      ['prices', 'prices-2'],
    ]);
    const topics = await topicsOf(bench);
    expect(topics['prices-2']).toEqual(original['prices']);
    expect(new Map(Object.entries(topics)).get('__proto__')).toEqual(original['plain']);
    expect((await bench.committed('invoices'))?.map(({ at, offset }) => [at, offset])).toEqual([
      ['__proto__-0', 12],
      ['prices-2-0', 30],
    ]);
  });

  it.each([
    [[['nothing', 'x']], 'UNKNOWN_TOPIC', "There is no topic 'nothing' in the export"],
    [[['prices', '../x']], 'INVALID', "Topic name is invalid: '../x'"],
    [[['prices', '__cluster_metadata']], 'INVALID', 'belongs to the broker itself'],
    [[['prices', 'plain']], 'TOPIC_EXISTS', "'plain'"],
    [[['prices', 'own']], 'TOPIC_EXISTS', "'own'"],
    [
      [
        ['prices', 'a.b'],
        ['plain', 'a_b'],
      ],
      'TOPIC_EXISTS',
      "collides with that of the topic 'a_b'",
    ],
  ])('can not be renamed by %o', async (rename, code, message) => {
    const there = await target();
    await expect(imported(there.bench.broker, tar, { rename: rename as [string, string][] })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
    expect(await leftOf(there)).toEqual([]);
  });

  it('have their ids, unless a topic here has or had the same one', async () => {
    const { bench } = await target();
    const first = await imported(bench.broker, tar);
    expect(first.topics.map(({ hasNewId }) => hasNewId)).toEqual([false, false, false]);
    const second = await imported(bench.broker, tar, {
      rename: ['payments', 'plain', 'prices'].map((name) => [name, `${name}-2`]),
    });
    expect(second.topics.map(({ hasNewId }) => hasNewId)).toEqual([true, true, true]);
    await bench.call('DeleteTopics', { timeoutMs: 1000, topics: [{ name: 'prices', topicId: new Uint8Array(16) }] });
    const third = await imported(bench.broker, tar, {
      rename: [
        ['payments', 'p3'],
        ['plain', 'p4'],
      ],
    });
    expect(third.topics[2]).toMatchObject({ importedAs: 'prices', hasNewId: true });
    const ids = [first, second, third].flatMap(({ topics }) => topics.map(({ topicId }) => topicId));
    expect(new Set(ids).size).toBe(9);
  });

  it('know no producers: one with an id of theirs begins anew, and new ones get ids beyond', async () => {
    const { bench } = await target();
    await imported(bench.broker, tar);
    expect([...logOf(bench, 'payments').activeProducers]).toEqual([]);
    const { producerId } = await bench.call('InitProducerId', { transactionalId: null, transactionTimeoutMs: 1000 });
    expect(Number(producerId)).toBeGreaterThan(9);
  });

  it('can leave out the groups', async () => {
    const { bench } = await target();
    expect((await imported(bench.broker, tar, { importsGroups: false })).groups).toEqual([]);
    expect(await bench.committed('invoices')).toEqual([]);
  });

  it('give offsets to a group that has members at the moment', async () => {
    const { bench } = await target();
    await bench.joinAlone('invoices');
    await imported(bench.broker, tar);
    expect((await bench.committed('invoices'))?.map(({ offset }) => offset)).toEqual([12, 30]);
  });

  it('are told about in bytes, records and topics', async () => {
    const { bench } = await target();
    const told: TransferProgress[] = [];
    await bench.broker.importTopics(inPiecesOf(tar, 500), none, (progress) => told.push(progress));
    const { bytes, totalBytes } = told.at(-1)!;
    expect(bytes).toBe(totalBytes);
    expect(told.at(-1)).toMatchObject({ records: 34, topics: 3, totalTopics: 3 });
  });

  it('are not seen, and their names not free, before all of them are there', async () => {
    const { bench } = await target();
    let asked = 0;
    async function* pieces() {
      for await (const piece of inPiecesOf(tar, 2000)) {
        yield piece;
        if (++asked !== 10) continue;
        expect(Object.keys(await topicsOf(bench))).toEqual(['own']);
        const { topics } = await bench.call('CreateTopics', {
          topics: ['plain', 'another'].map((name) => ({
            name,
            numPartitions: 1,
            replicationFactor: 1,
            assignments: [],
            configs: [],
          })),
        });
        expect(topics.map(({ errorCode }) => errorCode)).toEqual([36, 0]);
        const { topics: shown } = await bench.call('Metadata', {
          topics: [{ topicId: new Uint8Array(16), name: 'prices' }],
        });
        expect(shown[0]?.errorCode).toBe(3);
      }
    }
    await bench.broker.importTopics(pieces(), none);
    expect(asked).toBeGreaterThan(10);
    expect(Object.keys(await topicsOf(bench)).sort()).toEqual(['another', 'own', 'payments', 'plain', 'prices']);
  });

  it('are imported one archive after the other', async () => {
    const { bench } = await target();
    const outcomes = await Promise.allSettled([imported(bench.broker, tar), imported(bench.broker, tar)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});

describe('an import that comes to nothing leaves nothing', () => {
  it('IMP-7 if there is no room for it, which is said before anything is written', async () => {
    const there = await target({ availableBytes: async () => 1000 });
    await expect(imported(there.bench.broker, tar)).rejects.toMatchObject({
      code: 'NO_SPACE',
      message: expect.stringMatching(/needs about \d+ bytes, but only 1000 are free/) as string,
    });
    expect(there.writes).toEqual([]);
  });

  it.each([0.1, 0.5, 0.95])('IMP-7 if it is cancelled after %f of it', async (share) => {
    const there = await target();
    async function* pieces() {
      for await (const piece of inPiecesOf(tar.subarray(0, tar.length * share), 1000)) yield piece;
      throw new DOMException('Enough.', 'AbortError');
    }
    await expect(there.bench.broker.importTopics(pieces(), none)).rejects.toMatchObject({ name: 'AbortError' });
    expect(await leftOf(there)).toEqual([]);
    // Its names are free again.
    await imported(there.bench.broker, tar);
    expect(await topicsOf(there.bench)).toMatchObject(original);
  });

  it('if the last byte is wrong', async () => {
    const there = await target();
    const damaged = tar.slice();
    damaged[tar.length - 1] = 1;
    await expect(imported(there.bench.broker, damaged)).rejects.toMatchObject({ code: 'DAMAGED' });
    expect(await leftOf(there)).toEqual([]);
  });

  it('if the broker stops, which waits until all is taken back', async () => {
    const there = await target();
    let wait: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (wait = resolve));
    async function* pieces() {
      yield* inPiecesOf(tar.subarray(0, 30_000), 1000);
      wait();
      await new Promise<never>(() => undefined);
    }
    const outcome = there.bench.broker.importTopics(pieces(), none).catch((error: unknown) => error);
    await waiting;
    await there.bench.broker.stop();
    expect(await outcome).toMatchObject({ code: 'BROKER_NOT_AVAILABLE' });
    expect(await leftOf(there)).toEqual([]);
  });

  it('at whichever commit the storage fails', async () => {
    for (let failing = 0; ; failing++) {
      let count = -1;
      let isFull = true;
      const bench = await BrokerBench.start({
        beforeCommit: () => {
          if (count >= 0 && isFull && count++ >= failing) throw new StorageError('full', 'No space is left.');
        },
      });
      await bench.createTopic('own');
      // From here on.
      count = 0;
      const outcome = await imported(bench.broker, tar).then(
        () => 'imported',
        (error: unknown) => error,
      );
      isFull = false;
      if (outcome === 'imported') {
        expect(failing).toBeGreaterThan(4);
        return;
      }
      // The next broker finds what this one could not take back, and topics whose import had happened.
      const next = await BrokerBench.start({ disk: bench.storage.disk });
      const { own, ...others } = await topicsOf(next);
      expect(own).toBeDefined();
      if (Object.keys(others).length === 0) await imported(next.broker, tar);
      expect(await topicsOf(next)).toMatchObject(original);
      expect((await next.committed('invoices'))?.map(({ offset }) => offset)).toEqual([12, 30]);
    }
  });
});

describe('after a crash at any commit of an import', () => {
  it.each(['process', 'power'] as const)(
    'of the %s the topics are all there or none of them is, and nothing else has changed',
    async (crash) => {
      const disks: MemoryDisk[] = [];
      let isImporting = false;
      const bench: BrokerBench = await BrokerBench.start({
        beforeCommit: () => {
          if (!isImporting) return;
          for (let seed = 0; seed < 2; seed++)
            disks.push(bench.storage.disk.afterCrash(new SeededRandom(`${disks.length}`), crash));
        },
      });
      await bench.createTopic('own');
      await bench.produce('own', ['mine']);
      await bench.commit('invoices', 'own', 1);
      const { own } = await topicsOf(bench);
      isImporting = true;
      await imported(bench.broker, tar);
      isImporting = false;
      disks.push(bench.storage.disk.afterCrash(new SeededRandom('end'), crash));
      let [all, nothing] = [0, 0];
      for (const disk of disks) {
        const next = await BrokerBench.start({ disk });
        const { own: still, ...others } = await topicsOf(next);
        expect(still).toEqual(own);
        if (Object.keys(others).length > 0) {
          all += 1;
          expect(others).toEqual(original);
          expect((await next.committed('invoices'))?.map(({ at, offset }) => [at, offset])).toEqual([
            ['own-0', 1],
            ['plain-0', 12],
            ['prices-0', 30],
          ]);
        } else {
          nothing += 1;
          expect((await next.storage.files()).filter(({ name }) => /^(plain|payments|prices)/.test(name))).toEqual([]);
          expect((await next.committed('invoices'))?.map(({ at }) => at)).toEqual(['own-0']);
          await imported(next.broker, tar);
          expect(await topicsOf(next)).toMatchObject(original);
        }
        expect(await next.storage.readBlob('import')).toBeUndefined();
        await next.broker.stop();
      }
      // The sweep has seen both sides.
      expect(Math.min(all, nothing)).toBeGreaterThan(0);
    },
  );

  it('one that is taken back may be interrupted, and is taken back by the next', async () => {
    const disks: MemoryDisk[] = [];
    const first: BrokerBench = await BrokerBench.start({
      beforeCommit: (writes) => {
        if (writes.some((write) => 'name' in write && write.name === 'plain-0/checkpoint'))
          disks.push(first.storage.disk.afterCrash(new SeededRandom('x'), 'process'));
      },
    });
    const failing = new Uint8Array(tar);
    failing[tar.length - 1] = 1;
    await expect(imported(first.broker, failing)).rejects.toThrow();
    expect(disks.length).toBeGreaterThan(0);
    for (const disk of disks) {
      const again: MemoryDisk[] = [];
      const second: BrokerBench = await BrokerBench.start({
        disk,
        beforeCommit: () => void again.push(disk.afterCrash(new SeededRandom('y'), 'power')),
      });
      await second.broker.stop();
      for (const left of again) {
        const third = await BrokerBench.start({ disk: left });
        expect(servicesOf(third).replicas.topic('plain')).toBeUndefined();
        await imported(third.broker, tar);
        expect(await topicsOf(third)).toMatchObject(original);
      }
    }
  });
});
