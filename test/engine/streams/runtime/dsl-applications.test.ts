import { describe, expect, it } from 'vitest';
import { Kafka } from '../../../../src/engine/client/kafka.js';
import { minutes } from '../../../../src/engine/streams/dsl/durations.js';
import { StreamsBuilder } from '../../../../src/engine/streams/dsl/streams-builder.js';
import { TimeWindows } from '../../../../src/engine/streams/dsl/window/time-windows.js';
import { resetApplication } from '../../../../src/engine/streams/runtime/application-reset.js';
import type { KafkaStreams } from '../../../../src/engine/streams/runtime/kafka-streams.js';
import { Serdes } from '../../../../src/engine/streams/serdes.js';
import { logAndContinue } from '../../../../src/engine/streams/task/exception-handlers.js';
import type { Topology } from '../../../../src/engine/streams/topology/topology.js';
import { StreamsStage } from './streams-stage.js';

const text = { key: Serdes.string, value: Serdes.string };

function topology(define: (builder: StreamsBuilder) => void, config = {}): Topology {
  const builder = new StreamsBuilder();
  define(builder);
  return builder.build(config);
}

const counting = () =>
  topology((builder) =>
    builder.stream('in', text).groupByKey(text).count({ as: 'counts' }).mapValues(String).toStream().to('out', text),
  );

const keyed = (stage: StreamsStage, ...pairs: (readonly [key: string, value: string | null])[]) =>
  pairs.map(([key, value], at) => ({ key, value, timestamp: stage.world.now + at }));

const last = async (stage: StreamsStage, topic: string): Promise<Record<string, string | null>> =>
  Object.fromEntries((await stage.read(topic)).map(({ key, value }) => [key, value]));

describe('an application of the DSL', () => {
  it('answers queries over all partitions that an instance has, or one of them', async () => {
    const stage = await StreamsStage.open('queries');
    await stage.createTopics(['in', 3], ['out', 1]);
    const streams = await stage.start('a', counting());
    expect(() => streams.store({ storeName: 'counts', type: 'keyValue' })).toThrow('still being restored');
    await stage.rest();
    await stage.send('in', keyed(stage, ['a', 'x'], ['b', 'x'], ['c', 'x'], ['a', 'x'], ['d', 'x']));
    await stage.rest();
    const store = streams.store<'keyValue', string, number>({ storeName: 'counts', type: 'keyValue' });
    expect(store.get('a')).toBe(2);
    expect(store.get('nobody')).toBeNull();
    expect(Object.fromEntries(store.all())).toEqual({ a: 2, b: 1, c: 1, d: 1 });
    expect([...store.range('b', 'c')].map(([key]) => key).sort()).toEqual(['b', 'c']);
    const stamped = streams.store<'timestampedKeyValue', string, number>({
      storeName: 'counts',
      type: 'timestampedKeyValue',
    });
    expect(stamped.get('b')).toMatchObject({ value: 1 });
    const parts = [0, 1, 2].map((partition) => [
      ...streams.store<'keyValue', string, number>({ storeName: 'counts', type: 'keyValue', partition }).all(),
    ]);
    expect(parts.flat().length).toBe(4);
    expect(() => streams.store({ storeName: 'counts', type: 'window' })).toThrow(
      'it is of the kind key-value, with timestamps',
    );
    await stage.closeAll();
    expect(() => streams.store({ storeName: 'counts', type: 'keyValue' })).toThrow('the state is NOT_RUNNING');
  });

  it('answers queries of windows', async () => {
    const stage = await StreamsStage.open('windows');
    await stage.createTopics(['in', 1]);
    const streams = await stage.start(
      'a',
      topology((builder) =>
        builder
          .stream('in', text)
          .groupByKey(text)
          .windowedBy(TimeWindows.ofSizeWithNoGrace(minutes(1)))
          .count({ as: 'per-minute' }),
      ),
    );
    await stage.rest();
    await stage.send('in', keyed(stage, ['a', 'x'], ['a', 'x']));
    await stage.rest();
    const store = streams.store<'window', string, number>({ storeName: 'per-minute', type: 'window' });
    const start = stage.world.now - (stage.world.now % minutes(1));
    expect(store.fetch('a', start)).toBe(2);
    expect([...store.fetchRange('a', start, start)]).toEqual([[start, 2]]);
    await stage.closeAll();
  });

  it('has every row of a global table before it processes, in each instance', async () => {
    const stage = await StreamsStage.open('global');
    await stage.createTopics(['orders', 2], ['products', 3], ['out', 1]);
    const joining = () =>
      topology((builder) => {
        const products = builder.globalTable('products', { ...text, materialized: { as: 'products' } });
        builder
          .stream('orders', text)
          .join(
            products,
            (_key, product) => product,
            (product, name) => `${product}:${name}`,
          )
          .to('out', text);
      });
    await stage.send('products', keyed(stage, ['p1', 'tea'], ['p2', 'milk'], ['p3', 'salt']));
    await stage.send('orders', keyed(stage, ['o1', 'p1'], ['o2', 'p3'], ['o3', 'p9']));
    await stage.start('a', joining());
    await stage.start('b', joining());
    await stage.rest();
    await stage.send('products', keyed(stage, ['p4', 'rice']));
    await stage.rest();
    await stage.send('orders', keyed(stage, ['o4', 'p4'], ['o5', 'p2']));
    await stage.rest();
    expect(await last(stage, 'out')).toEqual({ o1: 'p1:tea', o2: 'p3:salt', o4: 'p4:rice', o5: 'p2:milk' });
    for (const streams of stage.instances.values())
      expect(streams.store<'keyValue', string, string>({ storeName: 'products', type: 'keyValue' }).get('p4')).toBe(
        'rice',
      );
    await stage.closeAll();
  });

  it('reads topics that come to match its pattern', async () => {
    const stage = await StreamsStage.open('pattern');
    await stage.createTopics(['in-1', 1], ['out', 1]);
    const streams = stage.instance(
      'a',
      topology((builder) => builder.stream(/in-\d/, text).to('out', text)),
      {},
      { clients: { consumer: { metadataMaxAge: 1_000, sessionTimeout: 6_000, heartbeatInterval: 500 } } },
    );
    await stage.world.outcome(streams.start());
    await stage.rest();
    await stage.send('in-1', keyed(stage, ['a', 'first']));
    await stage.createTopics(['in-2', 2], ['in-x', 1]);
    await stage.send('in-2', keyed(stage, ['b', 'second'], ['c', 'third'], ['d', 'fourth']));
    await stage.send('in-x', keyed(stage, ['e', 'not this one']));
    await stage.rest(8_000);
    expect(await last(stage, 'out')).toEqual({ a: 'first', b: 'second', c: 'third', d: 'fourth' });
    expect(stage.tasks()).toEqual({ a: ['0_0', '0_1'] });
    await stage.closeAll();
  });

  it('restores a table from its own topic, up to what is committed, where the topology is optimized', async () => {
    const stage = await StreamsStage.open('source topic');
    await stage.createTopics(['table', 1], ['out', 1]);
    const table = () =>
      topology(
        (builder) =>
          builder
            .table('table', { ...text, materialized: { as: 'rows' } })
            .toStream()
            .to('out', text),
        { 'topology.optimization': 'all' },
      );
    await stage.start('a', table());
    await stage.rest();
    await stage.send('table', keyed(stage, ['a', '1'], ['b', '1']));
    await stage.rest();
    stage.crash('a');
    await stage.send('table', keyed(stage, ['a', '2']));
    await stage.world.advanceBy(8_000);
    const again = await stage.start('b', table());
    await stage.rest();
    expect(
      Object.fromEntries(again.store<'keyValue', string, string>({ storeName: 'rows', type: 'keyValue' }).all()),
    ).toEqual({
      a: '2',
      b: '1',
    });
    expect(Object.keys(await stage.topics()).filter((name) => name.startsWith('app-'))).toEqual([]);
    expect(stage.of('task-restored').map(({ records }) => records)).toEqual([0, 2]);
    await stage.closeAll();
  });

  it('sends dead letters, and drops what cannot be sent where the handler says so', async () => {
    const stage = await StreamsStage.open('dead letters');
    await stage.createTopics(['in', 1], ['out', 1], ['dead', 1]);
    const streams = await stage.start(
      'a',
      topology((builder) =>
        builder
          .stream('in', text)
          .mapValues((value) => {
            if (value === 'bad') throw new RangeError('value is bad');
            return value.repeat(value === 'huge' ? 400_000 : 1);
          })
          .to('out', text),
      ),
      {
        'processing.exception.handler': logAndContinue,
        'production.exception.handler': () => ({ result: 'resume' }),
        'errors.dead.letter.queue.topic.name': 'dead',
      },
    );
    await stage.rest();
    await stage.send('in', keyed(stage, ['a', 'good'], ['b', 'bad'], ['c', 'huge'], ['d', 'better']));
    await stage.rest();
    expect(await last(stage, 'out')).toEqual({ a: 'good', d: 'better' });
    expect(await last(stage, 'dead')).toEqual({ b: 'bad' });
    expect(streams.metrics().tasks['0_0']?.droppedRecords).toEqual({ failed: 2 });
    await stage.closeAll();
  });

  it('fails where a record cannot be sent, by default', async () => {
    const stage = await StreamsStage.open('too large');
    await stage.createTopics(['in', 1], ['out', 1]);
    const streams = await stage.start(
      'a',
      topology((builder) =>
        builder
          .stream('in', text)
          .mapValues((value) => value.repeat(400_000))
          .to('out', text),
      ),
    );
    await stage.rest();
    await stage.send('in', keyed(stage, ['a', 'huge']));
    await stage.world.advanceBy(5_000);
    expect(streams.state).toBe('ERROR');
    expect(streams.failure?.message).toContain('Error encountered sending record to topic out for task 0_0');
    stage.instances.clear();
  });

  it('processes its input again after a reset', async () => {
    const stage = await StreamsStage.open('reset');
    await stage.createTopics(['in', 2], ['out', 1]);
    await stage.start('a', counting(), { 'statestore.cache.max.bytes': 0 });
    await stage.rest();
    await stage.send('in', keyed(stage, ['a', 'x'], ['b', 'x'], ['a', 'x']));
    await stage.rest();
    const admin = new Kafka(stage.world.environment('admin'), { network: stage.world.network('admin') }).admin();
    await stage.world.outcome(admin.connect());
    const reset = { applicationId: 'app', inputTopics: ['in', 'no-such'] };
    await expect(stage.world.outcome(resetApplication(admin, reset))).rejects.toThrow(
      "Consumer group 'app' is still active and has 1 members",
    );
    await stage.closeAll();
    const plan = await stage.world.outcome(resetApplication(admin, { ...reset, dryRun: true }));
    expect(Object.keys(await stage.topics())).toContain('app-counts-changelog');
    const report = await stage.world.outcome(resetApplication(admin, reset));
    expect(report).toEqual(plan);
    expect(report).toEqual({
      offsets: [
        { topic: 'in', partition: 0, offset: '0' },
        { topic: 'in', partition: 1, offset: '0' },
      ],
      deletedTopics: ['app-counts-changelog'],
      missingTopics: ['no-such'],
      removedMembers: 0,
    });
    await stage.start('a', counting(), { 'statestore.cache.max.bytes': 0 });
    await stage.rest();
    const sent = (await stage.read('out')).filter(({ key }) => key === 'a').map(({ value }) => value);
    expect(sent).toEqual(['1', '2', '1', '2']);
    await expect(stage.world.outcome(resetApplication(admin, { ...reset, internalTopics: ['in'] }))).rejects.toThrow(
      '[in] are no internal topics of app',
    );
    expect((await stage.world.outcome(resetApplication(admin, { ...reset, force: true }))).removedMembers).toBe(1);
    await stage.world.outcome(admin.disconnect());
    const streams = stage.instances.get('a') as KafkaStreams;
    await stage.world.advanceBy(1_000);
    stage.instances.clear();
    await stage.world.outcome(streams.close());
  });
});
