import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { StorageError } from '../../../src/engine/environment/storage.js';
import { LogManager } from '../../../src/engine/log/log-manager.js';
import { allRecords, batchOf, tracedEnvironment } from './log-builder.js';

const strict = { durability: 'strict' } as const;

describe('LogManager', () => {
  it('lists what is stored by topic and number', async () => {
    const logs = new LogManager(tracedEnvironment(), new MemoryStorage());
    for (const [topic, partition] of [
      ['b-1', 10],
      ['b-1', 9],
      ['a', 0],
    ] as const)
      await logs.create(topic, partition);
    expect(await logs.list()).toEqual([
      { topic: 'a', partition: 0 },
      { topic: 'b-1', partition: 9 },
      { topic: 'b-1', partition: 10 },
    ]);
  });

  it('opens what an earlier one created, once', async () => {
    const storage = new MemoryStorage();
    const before = new LogManager(tracedEnvironment(), storage);
    await (await before.create('t', 0)).append(batchOf(['a']), strict).durable;
    await before.close();
    const logs = new LogManager(tracedEnvironment(), storage);
    expect(logs.get('t', 0)).toBeUndefined();
    const [log, same] = await Promise.all([logs.open('t', 0), logs.open('t', 0)]);
    expect([same, logs.get('t', 0)]).toEqual([log, log]);
    expect(await allRecords(log)).toEqual(['0:a']);
    await expect(logs.create('t', 0)).rejects.toMatchObject({ code: 'TOPIC_ALREADY_EXISTS' });
  });

  it('commits appends to many partitions, and their opening, together', async () => {
    let commits = 0;
    const storage = new MemoryStorage({
      beforeCommit: () => {
        commits++;
      },
    });
    const logs = new LogManager(tracedEnvironment(), storage);
    const opened = await Promise.all([0, 1, 2, 3].map((partition) => logs.open('t', partition)));
    expect(commits).toBe(1);
    await Promise.all(opened.map((log) => log.append(batchOf(['a']), strict).durable));
    expect(commits).toBe(2);
  });

  it('begins logs in one commit although what is stored of them is read at different speeds', async () => {
    let commits = 0;
    const storage = new MemoryStorage({
      beforeCommit: () => {
        commits++;
      },
    });
    const { contents } = storage;
    storage.contents = async (folder) => {
      for (let turn = 0; turn < 10 * Number(folder?.at(-1)); turn++) await Promise.resolve();
      if (folder === 't-2') throw new StorageError('io', 'This folder can not be read.');
      return contents.call(storage, folder);
    };
    const logs = new LogManager(tracedEnvironment(), storage);
    const opened = await Promise.allSettled([0, 1, 2, 3].map((partition) => logs.open('t', partition)));
    expect(opened.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(commits).toBe(1);
    // Who comes later waits for nobody.
    await logs.open('t', 4);
    expect(commits).toBe(2);
  });

  it.each(['open', 'closed'])('deletes a partition that is %s, and nothing else', async (state) => {
    const storage = new MemoryStorage();
    let logs = new LogManager(tracedEnvironment(), storage);
    for (const topic of ['t', 't-0']) {
      const log = await logs.create(topic, 0, { config: { segmentBytes: 80 } });
      for (const value of ['a', 'b']) await log.append(batchOf([value]), strict).durable;
    }
    const open = logs.get('t', 0);
    if (state === 'closed') logs = new LogManager(tracedEnvironment(), storage);
    await logs.delete('t', 0);
    await logs.delete('t', 7);
    expect((await storage.files()).map(({ name }) => name.split('/')[0])).toEqual(['t-0-0', 't-0-0']);
    expect(await storage.readBlob('t-0/leader-epoch-checkpoint')).toBeUndefined();
    if (state === 'open') await expect(open?.read(0, 1)).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' });
    expect(await allRecords(await logs.create('t', 0))).toEqual([]);
  });

  it('closes its logs after what was appended, and leaves the storage open', async () => {
    const storage = new MemoryStorage();
    const logs = new LogManager(tracedEnvironment(), storage);
    const log = await logs.create('t', 0);
    log.append(batchOf(['a']), { durability: 'relaxed' });
    await logs.close();
    expect((await storage.files()).map(({ size }) => size)).toEqual([batchOf(['a']).length]);
    expect(() => log.append(batchOf(['b']), strict)).toThrow('closed');
  });
});
