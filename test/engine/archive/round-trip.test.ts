import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokerBench } from '../broker/broker-bench.js';
import { entriesOf, exported, imported } from './archive-bench.js';
import { contentsOf, topicsOf } from './log-contents.js';
import { append, endTransaction, logOf, record, startAtTimeOf, writeRichTopics } from './rich-topics.js';

const same = (left: Uint8Array, right: Uint8Array) => Buffer.from(left).equals(Buffer.from(right));

describe('what is exported and imported again', () => {
  it('has the same records, offsets, timestamps, headers, configs, epochs, gaps, segments and committed offsets', async () => {
    const before = await BrokerBench.start();
    await writeRichTopics(before);
    // A second start, so that there is more than one epoch.
    await before.broker.stop();
    const source = await BrokerBench.start({ disk: before.storage.disk });
    await append(logOf(source, 'plain'), { records: [record('k', 'in the next epoch', 1)] });
    const target = await BrokerBench.start();
    const report = await imported(target.broker, await exported(source.broker));
    expect(await topicsOf(target)).toEqual(await topicsOf(source));
    for (const group of ['invoices', 'audit'])
      expect(await target.committed(group)).toEqual(await source.committed(group));
    expect(report.groups).toEqual(['audit', 'invoices']);
    expect(report.topics.map(({ importedAs, records }) => [importedAs, records])).toEqual([
      ['payments', 4],
      ['plain', 26],
      ['prices', 5],
    ]);
    expect(report.abortedTransactions).toEqual([]);
  });

  it('is the same after the next start of the broker too, and goes on in a later epoch', async () => {
    const source = await BrokerBench.start();
    await writeRichTopics(source);
    const first = await BrokerBench.start();
    await imported(first.broker, await exported(source.broker));
    await first.broker.stop();
    const target = await BrokerBench.start({ disk: first.storage.disk });
    expect(await topicsOf(target)).toEqual(await topicsOf(source));
    expect(await target.produce('plain', ['on'])).toEqual({ error: 'NONE', baseOffset: 25 });
    expect((await target.fetch('plain', 25)).epochs[0]).toBeGreaterThan((await target.fetch('plain', 24)).epochs[0]!);
  });

  it('makes the same export, to the byte', async () => {
    const source = await BrokerBench.start();
    await writeRichTopics(source);
    const first = await exported(source.broker);
    const target = await startAtTimeOf(source);
    await imported(target.broker, first, {}, 7);
    expect(same(await exported(target.broker), first)).toBe(true);
    expect(same(await exported(source.broker), first)).toBe(true);
  });

  it('has an end to each transaction that had none, with an abort marker behind everything', async () => {
    const source = await BrokerBench.start();
    await writeRichTopics(source, { leavesOpen: true });
    expect(logOf(source, 'payments').lastStableOffset).toBe(7);
    const target = await BrokerBench.start();
    const { abortedTransactions } = await imported(target.broker, await exported(source.broker));
    expect(abortedTransactions).toEqual([
      { topic: 'payments', partition: 0, producerId: 8, firstOffset: 7, markerOffset: 9 },
      { topic: 'payments', partition: 0, producerId: 11, firstOffset: 8, markerOffset: 10 },
    ]);
    const log = logOf(target, 'payments');
    expect([log.highWatermark, log.lastStableOffset]).toEqual([11, 11]);
    expect(
      log
        .abortedTransactions(6, 11)
        .slice(-2)
        .map(({ producerId, firstOffset }) => [producerId, firstOffset]),
    ).toEqual([
      [8, 7],
      [11, 8],
    ]);
    const again = await exported(target.broker);
    const third = await startAtTimeOf(target);
    expect((await imported(third.broker, again)).abortedTransactions).toEqual([]);
    expect(same(await exported(third.broker), again)).toBe(true);
  });

  it('keeps names that are too long for the header of a tar', async () => {
    const source = await BrokerBench.start();
    for (const name of ['a'.repeat(249), 'b'.repeat(120), '__proto__', 'constructor']) {
      await source.createTopic(name);
      await source.produce(name, [name]);
    }
    const tar = await exported(source.broker);
    expect(entriesOf(tar).map(({ name }) => name)).toContain(`${'a'.repeat(249)}-0/00000000000000000000.log`);
    const target = await BrokerBench.start();
    await imported(target.broker, tar);
    expect(await topicsOf(target)).toEqual(await topicsOf(source));
  });

  it('leaves out records before the log’s start, which DeleteRecords has taken from readers', async () => {
    const source = await BrokerBench.start();
    await source.createTopic('orders');
    for (const value of ['secret', 'kept']) await source.produce('orders', [value]);
    await logOf(source, 'orders').deleteRecords(1);
    const tar = await exported(source.broker);
    expect(new TextDecoder('latin1').decode(tar)).not.toContain('secret');
    const target = await BrokerBench.start();
    await imported(target.broker, tar);
    expect((await target.fetch('orders', 1)).values).toEqual(['kept']);
    expect(logOf(target, 'orders').logStartOffset).toBe(1);
  });
});

type Step =
  | {
      readonly kind: 'append';
      readonly partition: number;
      readonly count: number;
      readonly codec: number;
      readonly at: number;
    }
  | { readonly kind: 'transaction'; readonly partition: number; readonly producer: number }
  | { readonly kind: 'end'; readonly partition: number; readonly producer: number; readonly commits: boolean }
  | { readonly kind: 'roll' | 'delete-records'; readonly partition: number }
  | { readonly kind: 'wait' | 'restart' };

const partition = fc.nat({ max: 1 });
const producer = fc.integer({ min: 1, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      partition,
      count: fc.integer({ min: 1, max: 4 }),
      codec: fc.nat({ max: 4 }),
      at: fc.integer({ min: -1, max: 9 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('transaction' as const), partition, producer }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('end' as const), partition, producer, commits: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('roll' as const, 'delete-records' as const), partition }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('wait' as const, 'restart' as const) }) },
);

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

/** A topic with this history. Both partitions are compacted, so that waiting may clean them. */
async function withHistory(steps: readonly Step[]): Promise<BrokerBench> {
  let bench = await BrokerBench.start();
  await bench.createTopic('t', 2, {
    'cleanup.policy': 'compact',
    'min.cleanable.dirty.ratio': '0',
    'delete.retention.ms': '1000',
    'index.interval.bytes': '150',
  });
  const sequences = new Map<string, number>();
  let written = 0;
  for (const each of steps) {
    const log = () => logOf(bench, 't', 'partition' in each ? each.partition : 0);
    if (each.kind === 'append') {
      const timestamp = each.at < 0 ? -1 : bench.environment.clock.now() - each.at;
      const records = Array.from({ length: each.count }, () =>
        record(`k${written % 5}`, written++ % 7 === 3 ? null : `v${written}`, timestamp, { n: String(written) }),
      );
      await append(log(), { records, compression: codecs[each.codec] });
    } else if (each.kind === 'transaction') {
      const place = `${each.partition}:${each.producer}`;
      const baseSequence = sequences.get(place) ?? 0;
      sequences.set(place, baseSequence + 1);
      const timestamp = bench.environment.clock.now();
      const records = [record(`k${written % 5}`, `t${written++}`, timestamp)];
      await append(log(), {
        records,
        producerId: each.producer,
        producerEpoch: 0,
        baseSequence,
        isTransactional: true,
      });
    } else if (each.kind === 'end') {
      const type = each.commits ? 'COMMIT' : 'ABORT';
      await endTransaction(log(), { producerId: each.producer, type, timestamp: bench.environment.clock.now() });
    } else if (each.kind === 'roll') log().roll();
    else if (each.kind === 'delete-records')
      await log().deleteRecords(Math.ceil((log().logStartOffset + log().lastStableOffset) / 2));
    else if (each.kind === 'wait') await bench.environment.pass(2500);
    else {
      await bench.broker.stop();
      bench = await BrokerBench.start({ disk: bench.storage.disk });
    }
  }
  return bench;
}

describe('for every history of a topic', () => {
  it('export, import and export again give the same records and, once no transaction is open, the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const source = await withHistory(steps);
        const first = await exported(source.broker);
        const middle = await startAtTimeOf(source);
        const { abortedTransactions } = await imported(middle.broker, first);
        const second = await exported(middle.broker);
        const last = await startAtTimeOf(source);
        await imported(last.broker, second);
        expect(same(await exported(last.broker), second)).toBe(true);
        if (abortedTransactions.length === 0) expect(same(first, second)).toBe(true);
        for (const each of [0, 1]) {
          const was = await contentsOf(logOf(source, 't', each));
          const is = await contentsOf(logOf(middle, 't', each));
          const markers = abortedTransactions.filter(({ partition: number }) => number === each).length;
          expect(is.batches.slice(0, is.batches.length - markers)).toEqual(was.batches);
          expect(is.highWatermark).toBe(was.highWatermark + markers);
          expect(is.lastStableOffset).toBe(is.highWatermark);
          expect(is.leaderEpochs).toEqual(was.leaderEpochs);
        }
        for (const bench of [source, middle, last]) await bench.broker.stop();
      }),
      { numRuns: 60 },
    );
  });
});
