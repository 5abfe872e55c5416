import { describe, expect, it } from 'vitest';
import type { TransferProgress } from '../../../src/engine/archive/transfer-progress.js';
import type { TopicExport } from '../../../src/engine/broker/topic-exporter.js';
import { exported, imported, joined } from '../archive/archive-bench.js';
import { contentsOf } from '../archive/log-contents.js';
import { append, logOf, record } from '../archive/rich-topics.js';
import { BrokerBench } from './broker-bench.js';

/** A topic of four segments of 600 KB each: an export of it takes several pieces. */
async function withLargeTopic(configs: Record<string, string> = {}): Promise<BrokerBench> {
  const bench = await BrokerBench.start();
  await bench.createTopic('large', 1, { 'retention.ms': '-1', 'file.delete.delay.ms': '0', ...configs });
  const log = logOf(bench, 'large');
  const now = bench.environment.clock.now();
  for (let segment = 0; segment < 4; segment++) {
    for (const part of ['a', 'b', 'c'])
      await append(log, { records: [record(part, `${segment}${part}`.repeat(100_000), now)] });
    log.roll();
  }
  return bench;
}

async function rest(begun: TopicExport, pieces: Uint8Array[] = []): Promise<Uint8Array> {
  for (let piece = await begun.next(); piece !== undefined; piece = await begun.next()) pieces.push(piece);
  return joined(pieces);
}

async function importedContents(tar: Uint8Array) {
  const target = await BrokerBench.start();
  await imported(target.broker, tar);
  return contentsOf(logOf(target, 'large'));
}

const everything = { topics: 'all', groups: 'none' } as const;

describe('an export', () => {
  it('holds what was below the high watermark when it began, while appends go on', async () => {
    const bench = await withLargeTopic();
    const log = logOf(bench, 'large');
    const before = await contentsOf(log);
    const begun = await bench.broker.exportTopics(everything);
    const pieces = [(await begun.next())!];
    await append(log, { records: [record('k', 'later', 1)] });
    log.roll();
    await append(log, { records: [record('k', 'later still', 1)] });
    expect(await importedContents(await rest(begun, pieces))).toEqual(before);
  });

  it('leaves out what is not durable yet', async () => {
    let hold: Promise<void> | undefined;
    const bench = await BrokerBench.start({ beforeCommit: () => hold });
    await bench.createTopic('large');
    await bench.produce('large', ['durable']);
    let release: () => void = () => undefined;
    hold = new Promise((resolve) => (release = resolve));
    const pending = bench.produce('large', ['pending']);
    await bench.environment.pass(0);
    const log = logOf(bench, 'large');
    expect([log.highWatermark, log.logEndOffset]).toEqual([1, 2]);
    const tar = await exported(bench.broker, everything);
    hold = undefined;
    release();
    await pending;
    expect((await importedContents(tar)).batches).toHaveLength(1);
  });

  it('keeps what retention deletes meanwhile until it has been read, and lets it go then', async () => {
    const bench = await withLargeTopic();
    const log = logOf(bench, 'large');
    const before = await contentsOf(log);
    const files = async () => (await bench.storage.files()).filter(({ name }) => name.startsWith('large-0/')).length;
    const begun = await bench.broker.exportTopics(everything);
    const pieces = [(await begun.next())!];
    await bench.configure('large', 'retention.bytes', '0');
    await bench.environment.pass(5000);
    expect(log.logStartOffset).toBe(12);
    expect(await files()).toBe(5);
    const tar = await rest(begun, pieces);
    await bench.environment.pass(0);
    expect(await files()).toBe(1);
    expect(await importedContents(tar)).toEqual(before);
  });

  it('keeps the cleaner from replacing what it reads, and lets it go on afterwards', async () => {
    const bench = await withLargeTopic({ 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.99' });
    const log = logOf(bench, 'large');
    const before = await contentsOf(log);
    const begun = await bench.broker.exportTopics(everything);
    const pieces = [(await begun.next())!];
    await bench.configure('large', 'min.cleanable.dirty.ratio', '0');
    await bench.environment.pass(3000);
    expect(bench.environment.tracedOf('log-cleaned')).toEqual([]);
    const tar = await rest(begun, pieces);
    await bench.environment.pass(3000);
    expect(bench.environment.tracedOf('log-cleaned')).not.toEqual([]);
    expect((await importedContents(tar)).batches).toEqual(before.batches);
  });

  it('ends with an error if its topic is deleted meanwhile', async () => {
    const bench = await withLargeTopic();
    const begun = await bench.broker.exportTopics(everything);
    await begun.next();
    await bench.call('DeleteTopics', { timeoutMs: 1000, topics: [{ name: 'large', topicId: new Uint8Array(16) }] });
    await expect(rest(begun)).rejects.toMatchObject({
      code: 'LOG_CHANGED',
      entry: expect.stringContaining('large-0/') as string,
      message: expect.stringContaining('has been deleted') as string,
    });
  });

  it('names the segment and byte if the log itself is damaged', async () => {
    const bench = await withLargeTopic();
    const file = 'large-0/00000000000000000003.log';
    const bytes = await bench.storage.read(file, 0, 1e7);
    bytes[250_000] = 0;
    await bench.storage.commit([{ kind: 'replace', file, bytes, modifiedAt: 0 }], 'strict');
    await expect(exported(bench.broker)).rejects.toMatchObject({ code: 'DAMAGED', entry: file });
  });

  it('lets go of everything when it is cancelled, also before its first piece', async () => {
    for (const takesOne of [true, false]) {
      const bench = await withLargeTopic();
      const begun = await bench.broker.exportTopics(everything);
      if (takesOne) await begun.next();
      begun.cancel(new Error('no longer wanted'));
      await expect(begun.next()).rejects.toThrow('no longer wanted');
      await bench.configure('large', 'retention.bytes', '0');
      await bench.environment.pass(5000);
      expect((await bench.storage.files()).filter(({ name }) => name.startsWith('large-0/'))).toHaveLength(1);
    }
  });

  it('ends when the broker stops, which does not wait for it', async () => {
    const bench = await withLargeTopic();
    const begun = await bench.broker.exportTopics(everything);
    await begun.next();
    await bench.broker.stop();
    await expect(begun.next()).rejects.toMatchObject({ code: 'BROKER_NOT_AVAILABLE' });
    await expect(bench.broker.exportTopics(everything)).rejects.toMatchObject({ code: 'BROKER_NOT_AVAILABLE' });
  });

  it('tells how far it is, in bytes, records and topics', async () => {
    const bench = await withLargeTopic();
    const told: TransferProgress[] = [];
    await rest(await bench.broker.exportTopics(everything, (progress) => told.push(progress)));
    const totalBytes = logOf(bench, 'large').size;
    expect(told.at(-1)).toEqual({ bytes: totalBytes, totalBytes, records: 12, topics: 1, totalTopics: 1 });
    expect(told.length).toBeGreaterThan(3);
    for (const [index, { bytes, records }] of told.entries()) {
      expect(bytes).toBeGreaterThanOrEqual(told[index - 1]?.bytes ?? 0);
      expect(records).toBeGreaterThanOrEqual(told[index - 1]?.records ?? 0);
    }
  });

  it.each([
    [{ topics: ['nothing'] }, 'UNKNOWN_TOPIC', "There is no topic 'nothing'"],
    [{ topics: [] }, 'UNKNOWN_TOPIC', 'no topic to export'],
    [{ topics: ['__consumer_offsets'] }, 'INVALID', 'belongs to the broker itself'],
    [{ groups: ['nobody'] }, 'INVALID', "There is no group 'nobody'"],
    [{ groups: ['ahead'] }, 'INVALID', 'has committed offset 99 of large-0, which ends at 1'],
  ])('of %o is refused', async (request, code, message) => {
    const bench = await BrokerBench.start();
    await bench.createTopic('large');
    await bench.produce('large', ['a']);
    await bench.commit('ahead', 'large', 99);
    await expect(exported(bench.broker, { groups: 'none', ...request })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it('takes along the offsets of the groups that are named, and only those of its topics', async () => {
    const bench = await BrokerBench.start();
    for (const topic of ['large', 'other']) {
      await bench.createTopic(topic);
      await bench.produce(topic, ['a', 'b']);
      await bench.commit('one', topic, 1);
    }
    await bench.commit('two', 'large', 2);
    const target = await BrokerBench.start();
    await imported(target.broker, await exported(bench.broker, { topics: ['large'], groups: ['one'] }));
    expect(await target.committed('one')).toMatchObject([
      { at: 'large-0', offset: 1, leaderEpoch: 2, metadata: 'at 1' },
    ]);
    expect(await target.committed('two')).toEqual([]);
  });
});
