import { describe, expect, it } from 'vitest';
import { TopologyTestDriver } from '../../../../src/engine/streams/driver/topology-test-driver.js';
import { StreamsBuilder } from '../../../../src/engine/streams/dsl/streams-builder.js';
import { Serdes } from '../../../../src/engine/streams/serdes.js';
import type { DroppedTaskRecord } from '../../../../src/engine/streams/task/task-observer.js';

const text = { key: Serdes.string, value: Serdes.string };

function counting(): StreamsBuilder {
  const builder = new StreamsBuilder();
  builder
    .stream('in', text)
    .groupBy((_key, value) => value, { name: 'by-value', ...text })
    .count({ as: 'counts' })
    .toStream()
    .to('out', { key: Serdes.string, value: Serdes.safeLong });
  return builder;
}

function drive(builder: StreamsBuilder, options: ConstructorParameters<typeof TopologyTestDriver>[2] = {}) {
  const driver = new TopologyTestDriver(
    builder.build(),
    { 'application.id': 'app', 'statestore.cache.max.bytes': 0 },
    options,
  );
  return {
    driver,
    input: driver.createInputTopic('in', Serdes.string, Serdes.string, { autoAdvance: 10 }),
    output: driver.createOutputTopic('out', Serdes.string, Serdes.safeLong),
  };
}

describe('The test driver', () => {
  it('processes a record at once, with what comes back through repartition topics', () => {
    const { driver, input, output } = drive(counting());
    input.pipeInput('k', 'a', 5);
    expect(output.readRecord()).toEqual({ key: 'a', value: 1, timestamp: 5, headers: [] });
    expect(output.isEmpty).toBe(true);
    expect(() => output.readValue()).toThrow('Empty topic: out');
    expect([...driver.producedTopicNames()].sort()).toEqual([
      'app-by-value-repartition',
      'app-counts-changelog',
      'out',
    ]);
    driver.close();
  });

  it('gives records without a time one, which goes on by autoAdvance', () => {
    const { driver, input, output } = drive(counting(), { initialWallClockTimeMs: 1_000 });
    input.pipeValueList(['a', 'b']);
    input.advanceTime(100);
    input.pipeInput(null, 'c');
    input.pipeKeyValueList(
      [
        [null, 'd'],
        [null, 'e'],
      ],
      7,
      2,
    );
    expect(output.readRecordsToList().map(({ key, timestamp }) => [key, timestamp])).toEqual([
      ['a', 1_000],
      ['b', 1_010],
      ['c', 1_120],
      ['d', 7],
      ['e', 9],
    ]);
    driver.close();
  });

  it('reads as lists and as the last of each key, each record once', () => {
    const { driver, input, output } = drive(counting());
    input.pipeValueList(['a', 'b', 'a']);
    expect(output.queueSize).toBe(3);
    expect(output.readKeyValuesToMap()).toEqual(
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    );
    input.pipeValueList(['a']);
    expect(output.readKeyValuesToList()).toEqual([['a', 3]]);
    input.pipeValueList(['a', 'b']);
    expect(output.readValuesToList()).toEqual([4, 2]);
    driver.close();
  });

  it('gives everything that was sent in its order, over all topics', () => {
    const { driver, input, output } = drive(counting());
    input.pipeValueList(['a', 'b']);
    output.readRecord();
    expect(driver.readProduced().map(({ topic }) => topic)).toEqual([
      'app-by-value-repartition',
      'app-counts-changelog',
      'app-by-value-repartition',
      'app-counts-changelog',
      'out',
    ]);
    expect(driver.readProduced()).toEqual([]);
    driver.close();
  });

  it('shows the stores, and lets them be written', () => {
    const { driver, input, output } = drive(counting());
    input.pipeValueList(['a']);
    const store = driver.getTimestampedKeyValueStore<string, number>('counts');
    expect([...store.all()]).toEqual([['a', { value: 1, timestamp: 0 }]]);
    store.put('a', { value: 41, timestamp: 0 });
    input.pipeValueList(['a']);
    expect(output.readValuesToList()).toEqual([1, 42]);
    expect(driver.getStateStore('nothing')).toBeNull();
    expect(() => driver.getKeyValueStore('nothing')).toThrow('The topology has no store nothing.');
    driver.close();
    expect(store.isOpen).toBe(false);
  });

  it('moves the clock at once: what is due is called once', () => {
    const builder = counting();
    const calls: number[] = [];
    builder.stream('other', text).process({
      get: () => ({
        init: (context) => void context.schedule(10, 'wall-clock', (now) => calls.push(now)),
        process: () => undefined,
      }),
    });
    const { driver } = drive(builder);
    for (const step of [9, 1, 25, 5]) driver.advanceWallClockTime(step);
    expect(calls).toEqual([10, 35, 40]);
    expect(() => driver.advanceWallClockTime(-1)).toThrow('The clock cannot be advanced by -1 ms');
    driver.close();
  });

  it('counts what is dropped, and tells of it', () => {
    const dropped: DroppedTaskRecord[] = [];
    const builder = new StreamsBuilder();
    builder.stream('in', text).groupByKey().count();
    const { driver, input } = drive(builder, { observer: { dropped: (record) => dropped.push(record) } });
    input.pipeInput(null, 'a', 3);
    expect(driver.metrics().task).toMatchObject({ processTotal: 1, droppedRecordsTotal: 1 });
    expect(dropped).toMatchObject([{ taskId: '0_0', node: 'KSTREAM-AGGREGATE-0000000003', timestamp: 3 }]);
    driver.close();
  });

  it('refuses topics that the topology does not read', () => {
    const { driver } = drive(counting());
    const unknown = driver.createInputTopic('no-such', Serdes.string, Serdes.string);
    expect(() => unknown.pipeInput('k', 'v')).toThrow('Unknown topic: no-such');
    driver.close();
  });
});
