import type { CrashWorld } from './crash-world.js';

export type Script = (world: CrashWorld) => Promise<void>;

const compacted = {
  segmentBytes: 250,
  isCompacted: true,
  isDeleted: false,
  minCleanableDirtyRatio: 0,
  deleteRetentionMs: 100,
};

const producer = (id: number, sequence: number) => ({ id, sequence, isTransactional: true });

/** What logs may be in the middle of when a crash comes, by what it is about. */
export const crashScripts: Readonly<Record<string, Script>> = {
  async appends(world) {
    const log = await world.open('orders', { segmentBytes: 100_000 });
    for (let at = 0; at < 5; at++) {
      await log.append({ values: [`strict ${at}`] });
      await log.append({ values: [`relaxed ${at}`, 'x'.repeat(at * 30)], durability: 'relaxed' });
    }
  },

  async rolls(world) {
    const log = await world.open('orders', { segmentBytes: 250 });
    for (let at = 0; at < 10; at++)
      await log.append({
        values: [`${at}`, 'x'.repeat(20 * (at % 4))],
        durability: at % 3 === 0 ? 'strict' : 'relaxed',
      });
    await log.roll();
    await log.roll();
    await log.append({ values: ['last'], durability: 'relaxed' });
  },

  async 'group commits'(world) {
    const logs = await Promise.all(['a', 'b', 'c'].map((topic) => world.open(topic, { segmentBytes: 300 })));
    for (let round = 0; round < 4; round++) {
      const appends = logs.flatMap((log, index) =>
        Array.from({ length: 1 + ((round + index) % 3) }, (_, at) =>
          log.append({ values: [`${round}.${at}`, 'x'.repeat(40)], durability: index === 0 ? 'strict' : 'relaxed' }),
        ),
      );
      await Promise.all(appends);
    }
  },

  async 'commits that fail'(world) {
    const log = await world.open('orders', { segmentBytes: 300 });
    const other = await world.open('invoices', { segmentBytes: 300 });
    await log.append({ values: ['kept'], durability: 'relaxed' });
    for (let round = 0; round < 3; round++) {
      world.stumble();
      const { length } = 'x'.repeat(round * 90);
      await Promise.all([
        log.append({ values: [`lost ${round}`, 'x'.repeat(length)], producer: { id: 7, sequence: 2 * round } }),
        log.append({ values: [`lost too ${round}`] }),
        other.append({ values: [`lost with it ${round}`] }),
      ]);
      await log.append({ values: [`kept ${round}`, 'again'], producer: { id: 7, sequence: 2 * round } });
      await other.append({ values: [`kept ${round}`], durability: 'relaxed' });
    }
  },

  async retention(world) {
    const log = await world.open('orders', {
      segmentBytes: 250,
      retentionBytes: 500,
      retentionMs: 1000,
      fileDeleteDelayMs: 0,
    });
    for (let at = 0; at < 8; at++) {
      await log.append({
        values: [`${at}`, 'x'.repeat(60)],
        durability: at % 2 === 0 ? 'strict' : 'relaxed',
        producer: { id: at % 2, sequence: at - (at % 2) },
      });
      if (at % 3 === 2) await log.retention();
    }
    await world.time.advance(2000);
    if ((await log.retention()) === 0) throw new Error('Nothing was old enough to be deleted.');
    await log.append({ values: ['last'] });
  },

  async 'delayed deletions'(world) {
    const log = await world.open('orders', { segmentBytes: 250, retentionBytes: 300, fileDeleteDelayMs: 60_000 });
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < 4; at++) await log.append({ values: [`${round}.${at}`, 'x'.repeat(60)] });
      const release = await log.log.hold();
      await log.retention();
      await log.append({ values: ['meanwhile'], durability: 'relaxed' });
      await world.time.advance(60_000);
      release();
      await world.settled();
    }
    await log.retention();
    await world.restart();
  },

  async 'deletions of records'(world) {
    const log = await world.open('orders', { segmentBytes: 250, fileDeleteDelayMs: 0 });
    for (let at = 0; at < 7; at++) {
      await log.append({ values: [`${at}`, `${at}`, 'x'.repeat(30)], durability: at % 2 === 0 ? 'relaxed' : 'strict' });
      if (at % 2 === 1) await log.deleteRecords(2 * at);
    }
    await log.retention();
    await log.append({ values: ['more'] });
    await log.deleteRecords(log.log.highWatermark);
    await log.retention();
    await log.append({ values: ['last'] });
  },

  async truncations(world) {
    const log = await world.open('orders', { segmentBytes: 250 });
    const fill = async (text: string) => {
      for (let at = 0; at < 5; at++)
        await log.append({
          values: [`${text} ${at}`, 'x'.repeat(30)],
          durability: at % 2 === 0 ? 'strict' : 'relaxed',
        });
    };
    await fill('first');
    await log.truncateTo(6);
    await fill('second');
    await log.truncateTo(4);
    await fill('third');
    await log.deleteRecords(6);
    await log.truncateTo(2);
    await fill('fourth');
  },

  compactions: compactions(3),

  async 'compactions beside rolls'(world) {
    const log = await world.open('prices', compacted);
    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < 4; at++) await log.put({ [`k${at % 2}`]: `${round}.${at}`, [`l${at}`]: 'x'.repeat(20) });
      await log.roll();
      const cleaning = log.clean();
      for (let at = 0; at < 8; at++)
        await log.put({ [`m${at % 2}`]: 'x'.repeat(90) }, at % 2 === 0 ? 'strict' : 'relaxed');
      if (!(await cleaning)) throw new Error('There was nothing to clean.');
    }
  },

  async transactions(world) {
    const log = await world.open('payments', { segmentBytes: 300 });
    await log.append({ values: ['a'], producer: producer(1, 0) });
    await log.append({ values: ['b', 'c'], producer: producer(2, 0), durability: 'relaxed' });
    await log.append({ values: ['plain'] });
    await log.endTransaction(1, 'ABORT');
    await log.append({ values: ['d'], producer: producer(1, 1), durability: 'relaxed' });
    await log.endTransaction(2, 'COMMIT');
    await log.roll();
    await log.append({ values: ['e'], producer: producer(2, 2) });
    await log.endTransaction(1, 'COMMIT');
    await log.append({ values: ['f'], producer: { id: 3, sequence: 0 } });
    await log.endTransaction(2, 'ABORT');
    await log.append({ values: ['left open'], producer: producer(1, 2) });
  },

  async 'compactions of transactions'(world) {
    const log = await world.open('balances', { ...compacted, segmentBytes: 300 });
    const put = (key: string, id: number, sequence: number) =>
      log.append({
        records: [{ key: Uint8Array.of(key.charCodeAt(0)), value: new Uint8Array(20), timestamp: world.time.now }],
        producer: producer(id, sequence),
      });
    for (let round = 0; round < 3; round++) {
      await put('a', 1, 2 * round);
      await put('b', 2, round);
      await put('c', 1, 2 * round + 1);
      await log.endTransaction(1, round === 1 ? 'ABORT' : 'COMMIT');
      await log.endTransaction(2, round === 2 ? 'ABORT' : 'COMMIT');
      await log.roll();
      await log.put({ a: `${round}` });
      await log.clean();
      await world.time.advance(150);
    }
    await log.clean();
  },

  async reopenings(world) {
    const log = await world.open('orders', { segmentBytes: 300 });
    const other = await world.open('invoices', { segmentBytes: 300 });
    for (let round = 0; round < 4; round++) {
      await log.append({
        values: [`${round}`, 'x'.repeat(50)],
        durability: 'relaxed',
        producer: { id: 5, sequence: 2 * round },
      });
      await Promise.all([log.append({ values: ['both'] }), other.append({ values: ['both'], durability: 'relaxed' })]);
      await world.restart();
    }
    await log.append({ values: ['last'], durability: 'relaxed' });
  },
};

/** As many cleanings, of which each but the first one finds tombstones that may go. */
export function compactions(cleanings: number): Script {
  return async (world) => {
    const log = await world.open('prices', compacted);
    for (let round = 0; round < cleanings; round++) {
      for (let at = 0; at < 4; at++)
        await log.put({ [`k${at % 3}`]: `${round}.${at}`, [`l${at}`]: at % 2 === round % 2 ? null : 'x'.repeat(20) });
      await log.roll();
      await log.put({ k0: 'relaxed' }, 'relaxed');
      if (!(await log.clean())) throw new Error('There was nothing to clean.');
      await world.time.advance(150);
    }
    await log.put({ k1: 'last' });
  };
}
