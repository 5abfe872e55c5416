import { describe, expect, test } from 'vitest';
import { TopologyTestDriver } from '../../../../../src/engine/streams/driver/topology-test-driver.js';
import { StreamsBuilder } from '../../../../../src/engine/streams/dsl/streams-builder.js';
import { Serdes } from '../../../../../src/engine/streams/serdes.js';

const { string: text } = Serdes;

/** Two aggregates of one filtered stream with a new key. Kafka 4.3.1 fails to optimize it: "Found a null keyChangingChild node". */
function build(optimization: 'none' | 'all') {
  const builder = new StreamsBuilder();
  const kept = builder
    .stream('in', { key: text, value: text })
    .selectKey((_key, value) => value.slice(0, 1))
    .filter((_key, value) => value !== 'x');
  const grouped = () => kept.groupByKey({ key: text });
  grouped().count({ as: 'counts' }).toStream().to('counts');
  grouped()
    .reduce((one, other) => one + other, { as: 'texts' })
    .toStream()
    .to('texts');
  return builder.build({ 'topology.optimization': optimization });
}

const repartitionTopics = (optimization: 'none' | 'all') =>
  build(optimization)
    .build('app')
    .subTopologies.flatMap((part) => part.repartitionTopics.map(({ name }) => name));

describe('Repartitions below one change of key', () => {
  test('become one, also where two are below one operator after it', () => {
    expect(repartitionTopics('none')).toEqual(['app-counts-repartition', 'app-texts-repartition']);
    expect(repartitionTopics('all')).toEqual(['app-counts-repartition']);
  });

  test('and the results stay the same', () => {
    const run = (optimization: 'none' | 'all') => {
      const driver = new TopologyTestDriver(build(optimization), { 'application.id': 'app' });
      driver.createInputTopic('in', text, text).pipeValueList(['apple', 'x', 'bean', 'avocado']);
      return [
        driver.createOutputTopic('counts', text, Serdes.safeLong).readKeyValuesToList(),
        driver.createOutputTopic('texts', text, text).readKeyValuesToList(),
      ];
    };
    expect(run('all')).toEqual([
      [
        ['a', 1],
        ['b', 1],
        ['a', 2],
      ],
      [
        ['a', 'apple'],
        ['b', 'bean'],
        ['a', 'appleavocado'],
      ],
    ]);
    expect(run('all')).toEqual(run('none'));
  });
});
