import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '../../../../src/engine/environment/memory-storage.js';
import type { KafkaStreams } from '../../../../src/engine/streams/runtime/kafka-streams.js';
import { StreamsBuilder } from '../../../../src/engine/streams/dsl/streams-builder.js';
import { Serdes } from '../../../../src/engine/streams/serdes.js';
import type { Topology } from '../../../../src/engine/streams/topology/topology.js';
import type { BuiltTopology } from '../../../../src/engine/streams/topology/topology-node.js';
import { countingTopology } from '../counting-topology.js';
import { StreamsStage } from './streams-stage.js';

const words = (...given: string[]) => given.map((value, at) => ({ value, timestamp: 1_000 + at, partition: at % 3 }));

async function openStage(seed: string): Promise<StreamsStage> {
  const stage = await StreamsStage.open(seed);
  await stage.createTopics(['in', 3], ['out', 2]);
  return stage;
}

/** The last count of each word. */
async function countsOf(stage: StreamsStage, topic: string): Promise<Record<string, string | null>> {
  const records = await stage.read(topic);
  return Object.fromEntries(records.map(({ key, value }) => [key, value]));
}

/** As `countingTopology`, of the DSL, with its own stores and a cache. */
function countingWords(): Topology {
  const builder = new StreamsBuilder();
  const text = { key: Serdes.string, value: Serdes.string };
  builder
    .stream('in', text)
    .groupBy((_key, word) => word, { name: 'words', ...text })
    .count({ as: 'counts' })
    .mapValues(String)
    .toStream()
    .to('out', text);
  return builder.build();
}

describe('an application', () => {
  it('makes its internal topics with their configs and partitions, processes, and is RUNNING', async () => {
    const stage = await openStage('one');
    const states: string[] = [];
    const streams = stage.instance('a', countingTopology());
    streams.setStateListener((state) => states.push(state));
    await stage.world.outcome(streams.start());
    await stage.send('in', words('to', 'be', 'or', 'not', 'to', 'be'));
    await stage.rest();
    expect(await stage.topics()).toMatchObject({ 'app-counts-changelog': 3, 'app-words-repartition': 3 });
    const out = await stage.read('out');
    expect(out.map(({ key, value }) => `${key}=${value}`).sort()).toEqual([
      'be=1',
      'be=2',
      'not=1',
      'or=1',
      'to=1',
      'to=2',
    ]);
    expect(await countsOf(stage, 'app-counts-changelog')).toEqual({ to: '2', be: '2', or: '1', not: '1' });
    expect(stage.tasks()).toEqual({ a: ['0_0', '0_1', '0_2', '1_0', '1_1', '1_2'] });
    expect(Object.values(streams.metrics().tasks).reduce((sum, { processTotal }) => sum + processTotal, 0)).toBe(12);
    await stage.closeAll();
    expect(states).toEqual(['REBALANCING', 'RUNNING', 'PENDING_SHUTDOWN', 'NOT_RUNNING']);
  });

  it('shares its tasks with an instance that comes, which gets their state; what stays goes on', async () => {
    const stage = await openStage('two');
    await stage.start('a', countingTopology());
    await stage.send('in', words('to', 'be', 'or', 'not', 'to', 'be'));
    await stage.rest();
    await stage.start('b', countingTopology());
    await stage.rest();
    const shared = stage.tasks();
    expect(Object.values(shared).map((tasks) => tasks.length)).toEqual([3, 3]);
    expect(Object.values(shared).flat().sort()).toEqual(['0_0', '0_1', '0_2', '1_0', '1_1', '1_2']);
    // Cooperative: what stays with `a` was never taken from it.
    const ended = stage.of('task-ended').map(({ client, task }) => `${client} ${task}`);
    expect(ended.sort()).toEqual((shared.b ?? []).map((task) => `a ${task}`).sort());
    await stage.send('in', words('to', 'be', 'or', 'not', 'to', 'be'));
    await stage.rest();
    expect(await countsOf(stage, 'out')).toEqual({ to: '4', be: '4', or: '2', not: '2' });
    await stage.closeAll();
  });

  it('goes on elsewhere after a crash: stores are read back from their changelogs, and nothing is missing', async () => {
    const stage = await openStage('crash');
    await stage.start('a', countingTopology());
    await stage.start('b', countingTopology());
    await stage.rest();
    await stage.send('in', words('to', 'be', 'or', 'not', 'to', 'be'));
    await stage.rest();
    stage.crash('a');
    await stage.send('in', words('to', 'be', 'or', 'not', 'to', 'be'));
    await stage.world.advanceBy(10_000);
    await stage.rest();
    expect(stage.tasks()).toEqual({ b: ['0_0', '0_1', '0_2', '1_0', '1_1', '1_2'] });
    expect(await countsOf(stage, 'out')).toEqual({ to: '4', be: '4', or: '2', not: '2' });
    expect(stage.of('task-restored').filter(({ records }) => records > 0).length).toBeGreaterThan(0);
    await stage.closeAll();
  });

  it('reads only what is new of its changelogs where it keeps copies of its state', async () => {
    const stage = await openStage('copies');
    const storage = new MemoryStorage();
    await stage.start('a', countingTopology(), {}, { storage });
    await stage.send('in', words('to', 'be', 'or', 'not', 'to', 'be'));
    await stage.rest();
    await stage.close('a');
    await stage.start('a', countingTopology(), {}, { storage });
    await stage.send('in', words('to', 'be'));
    await stage.rest();
    expect(stage.of('task-restored').map(({ records }) => records)).toEqual(Array.from({ length: 12 }, () => 0));
    expect(await countsOf(stage, 'out')).toEqual({ to: '3', be: '3', or: '1', not: '1' });
    const again = stage.instances.get('a') as KafkaStreams;
    await stage.close('a');
    await again.cleanUp();
    await stage.start('a', countingTopology(), {}, { storage });
    await stage.rest();
    expect(
      stage
        .of('task-restored')
        .slice(12)
        .reduce((sum, { records }) => sum + records, 0),
    ).toBe(8);
    await stage.closeAll();
  });

  it('begins a copy anew that lies beyond the end of its changelog', async () => {
    const stage = await openStage('foreign copy');
    const other = await openStage('where it came from');
    const storage = new MemoryStorage();
    await other.start('a', countingTopology(), {}, { storage });
    await other.send('in', words('to', 'be', 'or', 'not', 'to', 'be'));
    await other.rest();
    await other.closeAll();
    await stage.start('a', countingTopology(), {}, { storage });
    await stage.send('in', words('to'));
    await stage.rest();
    expect(await countsOf(stage, 'out')).toEqual({ to: '1' });
    await stage.closeAll();
  });

  it('ends in ERROR, and says why, where a source topic is missing', async () => {
    const stage = await StreamsStage.open('missing');
    const streams = stage.instance('a', countingTopology());
    await expect(stage.world.outcome(streams.start())).rejects.toThrow('One or more source topics were missing: [in]');
    expect(streams.state).toBe('ERROR');
  });

  it('ends in ERROR with what a processor threw, and begins again where the handler says so', async () => {
    const stage = await openStage('failing');
    let failures = 0;
    const failing = (): BuiltTopology => {
      const built = countingTopology();
      const [first] = built.subTopologies as [BuiltTopology['subTopologies'][number]];
      const node = first.nodes[1] as unknown as {
        supplier: { get: () => { process: (record: { value: unknown }) => void } };
      };
      const { get } = node.supplier;
      node.supplier.get = () => {
        const processor = get();
        return {
          ...processor,
          process(record) {
            if (record.value === 'bad' && failures++ < 2) throw new RangeError('value is bad');
            processor.process(record);
          },
        };
      };
      return built;
    };
    const streams = stage.instance('a', failing());
    const heard: string[] = [];
    streams.setUncaughtExceptionHandler((error) => {
      heard.push(error.message);
      return heard.length === 1 ? 'replace-thread' : 'shutdown-client';
    });
    await stage.world.outcome(streams.start());
    await stage.send('in', words('good', 'bad'));
    await stage.world.advanceBy(30_000);
    expect(heard).toEqual(
      Array.from(
        { length: 2 },
        () => 'Exception caught in process. taskId=0_1, processor=by-word, topic=in, partition=1, offset=0',
      ),
    );
    expect(streams.state).toBe('ERROR');
    expect(streams.failure?.cause).toEqual(new RangeError('value is bad'));
    stage.instances.clear();
  });

  it('processes nothing while it is paused, and stays a member', async () => {
    const stage = await openStage('paused');
    const streams = await stage.start('a', countingTopology());
    await stage.rest();
    streams.pause();
    await stage.send('in', words('to'));
    await stage.world.advanceBy(20_000);
    expect(await stage.read('out')).toEqual([]);
    streams.resume();
    await stage.rest();
    expect(await countsOf(stage, 'out')).toEqual({ to: '1' });
    expect(stage.of('member-left')).toEqual([]);
    await stage.closeAll();
  });

  it('keeps standbys, and tasks go to them', async () => {
    const stage = await openStage('standbys');
    const config = { 'num.standby.replicas': 1 };
    await stage.start('a', countingTopology(), config);
    await stage.start('b', countingTopology(), config);
    await stage.rest();
    await stage.send('in', words('to', 'be', 'or', 'not', 'to', 'be'));
    await stage.rest();
    const roles = (name: string) =>
      stage.instances
        .get(name)
        ?.localTasks()
        .filter(({ taskId }) => taskId.startsWith('1_'))
        .map(({ role }) => role)
        .sort();
    expect([...(roles('a') ?? []), ...(roles('b') ?? [])].sort()).toEqual([
      'active',
      'active',
      'active',
      'standby',
      'standby',
      'standby',
    ]);
    const before = stage.of('task-restored').length;
    stage.crash('a');
    await stage.world.advanceBy(10_000);
    await stage.send('in', words('to', 'be', 'or', 'not', 'to', 'be'));
    await stage.rest();
    expect(await countsOf(stage, 'out')).toEqual({ to: '4', be: '4', or: '2', not: '2' });
    // They had the state already.
    expect(
      stage
        .of('task-restored')
        .slice(before)
        .map(({ records }) => records),
    ).toEqual([0, 0, 0]);
    await stage.closeAll();
  });

  it('goes on with what it has when an active task becomes a standby, and when that becomes active again', async () => {
    const stage = await openStage('recycled');
    const config = { 'num.standby.replicas': 1, 'statestore.cache.max.bytes': 10_000 };
    const restored: Record<string, number[]> = { a: [], b: [] };
    const start = async (name: 'a' | 'b') => {
      const streams = stage.instance(name, countingWords(), config);
      streams.setGlobalStateRestoreListener({
        onBatchRestored: (_changelog, _store, _end, records) => restored[name]?.push(records),
      });
      await stage.world.outcome(streams.start());
      await stage.rest();
    };
    const total = (name: 'a' | 'b') => (restored[name] ?? []).reduce((sum, records) => sum + records, 0);
    await start('a');
    await stage.send('in', words('to', 'be', 'or', 'not', 'to', 'be'));
    await stage.rest();
    // Some of its tasks go to b, which reads their state from the changelogs; a keeps what it had.
    await start('b');
    const standbys = () =>
      stage.instances
        .get('a')
        ?.localTasks()
        .filter(({ role }) => role === 'standby') ?? [];
    expect(standbys().length).toBeGreaterThan(0);
    expect(total('b')).toBeGreaterThan(0);
    expect(total('a')).toBe(0);
    // What b does with them a hears of, and no more.
    await stage.send('in', words('to', 'be', 'or', 'not', 'to', 'be'));
    await stage.rest();
    const heard = total('a');
    const ofStandbys = standbys().map(({ taskId }) => Number(taskId.slice(2)));
    const changes = await stage.read('app-counts-changelog');
    const isSecond = ({ partition, value }: (typeof changes)[number]) =>
      ofStandbys.includes(partition) && value !== null;
    expect(heard).toBe(changes.filter(isSecond).length / 2);
    await stage.close('b');
    await stage.rest();
    expect(total('a')).toBe(heard);
    expect(stage.of('task-restored').flatMap(({ client, records }) => (client === 'a' ? [records] : []))).not.toContain(
      heard,
    );
    await stage.send('in', words('to', 'be', 'or', 'not', 'to', 'be'));
    await stage.rest();
    expect(await countsOf(stage, 'out')).toEqual({ to: '6', be: '6', or: '3', not: '3' });
    const counts = stage.instances
      .get('a')
      ?.store<'keyValue', string, number>({ storeName: 'counts', type: 'keyValue' });
    expect([...(counts?.all() ?? [])].map(([word, count]) => `${word} ${count}`).sort()).toEqual([
      'be 6',
      'not 3',
      'or 3',
      'to 6',
    ]);
    await stage.closeAll();
  });

  it('ends everywhere where the handler of one instance says so', async () => {
    const stage = await openStage('shutdown');
    const poisoned = (): BuiltTopology => {
      const built = countingTopology();
      const node = built.subTopologies[0]?.nodes[1] as unknown as {
        supplier: { get: () => { process: (record: { value: unknown }) => void } };
      };
      const { get } = node.supplier;
      node.supplier.get = () => {
        const processor = get();
        return {
          ...processor,
          process(record) {
            if (record.value === 'bad') throw new RangeError('value is bad');
            processor.process(record);
          },
        };
      };
      return built;
    };
    const asked: string[] = [];
    for (const name of ['a', 'b']) {
      const streams = stage.instance(name, poisoned());
      streams.setUncaughtExceptionHandler(() => {
        asked.push(name);
        return 'shutdown-application';
      });
      await stage.world.outcome(streams.start());
    }
    await stage.rest();
    await stage.send('in', words('good', 'bad'));
    await stage.world.advanceBy(30_000);
    expect([...stage.instances.values()].map(({ state }) => state)).toEqual(['ERROR', 'ERROR']);
    expect(asked.length).toBe(1);
    expect([...stage.instances.values()].map(({ failure }) => failure?.name).sort()).toEqual([
      'ShutdownRequested',
      'StreamsException',
    ]);
    stage.instances.clear();
  });

  it('is closed in good order while it starts', async () => {
    const stage = await openStage('early end');
    const streams = stage.instance('a', countingTopology());
    const starting = streams.start();
    await stage.world.outcome(streams.close());
    await stage.world.outcome(starting);
    expect(streams.state).toBe('NOT_RUNNING');
    stage.instances.clear();
  });

  it('deletes from repartition topics what is committed', async () => {
    const stage = await openStage('purge');
    await stage.start('a', countingTopology(), { 'repartition.purge.interval.ms': 1_000 });
    await stage.rest();
    await stage.send('in', words('to', 'be', 'or'));
    await stage.rest();
    await stage.send('in', words('to', 'be', 'or'));
    await stage.rest(5_000);
    expect(await stage.read('app-words-repartition')).toEqual([]);
    await stage.closeAll();
  });
});

describe('interactive queries', () => {
  it('tell which instance has a key, by its application.server', async () => {
    const stage = await openStage('queries');
    await stage.start('a', countingTopology(), { 'application.server': 'host-a' });
    await stage.start('b', countingTopology(), { 'application.server': 'host-b' });
    await stage.rest();
    await stage.send('in', words('to', 'be', 'or', 'not'));
    await stage.rest();
    for (const streams of stage.instances.values()) {
      for (const key of ['to', 'be', 'or', 'not']) {
        const serde = {
          serialize: (_topic: string, text: string) => new TextEncoder().encode(text),
          deserialize: () => '',
        };
        const { active, partition } = await stage.world.outcome(streams.queryMetadataForKey('counts', key, serde));
        const owner = active?.server === 'host-a' ? 'a' : 'b';
        expect(stage.tasks()[owner]).toContain(`1_${partition}`);
      }
      expect(
        streams
          .streamsMetadataForStore('counts')
          .map(({ server }) => server)
          .sort(),
      ).toEqual(['host-a', 'host-b']);
    }
    expect(() => (stage.instances.get('a') as KafkaStreams).store({ storeName: 'nothing', type: 'keyValue' })).toThrow(
      'The topology has no store nothing',
    );
    await stage.closeAll();
  });
});
