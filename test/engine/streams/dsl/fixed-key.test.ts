import { expect, test } from 'vitest';
import { TopologyTestDriver } from '../../../../src/engine/streams/driver/topology-test-driver.js';
import { StreamsBuilder } from '../../../../src/engine/streams/dsl/streams-builder.js';
import type { ProcessorContext } from '../../../../src/engine/streams/processor/processor.js';
import { Serdes } from '../../../../src/engine/streams/serdes.js';
import type { KeyValueStore } from '../../../../src/engine/streams/state/state-store.js';
import { keyValueStoreBuilder } from '../../../../src/engine/streams/state/stores.js';

const { string: text } = Serdes;

test('processValues keeps the key whatever is forwarded, so what groups the result repartitions nothing', () => {
  const builder = new StreamsBuilder();
  const store = keyValueStoreBuilder({ name: 'seen', keySerde: text, valueSerde: text });
  builder
    .stream('in', { key: text, value: text })
    .processValues({
      stores: [store],
      get: () => {
        let context: ProcessorContext<string, string>;
        return {
          init: (given) => void (context = given),
          process: (record) => {
            const seen = context.getStateStore('seen') as KeyValueStore<string, string>;
            const before = seen.get(record.key);
            seen.put(record.key, record.value);
            context.forward({ ...record, key: 'another', value: `${String(before)} then ${record.value}` });
          },
        };
      },
    })
    .groupByKey({ value: text })
    .reduce((_one, other) => other, { as: 'last' })
    .toStream()
    .to('out');
  const topology = builder.build();
  expect(topology.build('app').subTopologies.map(({ repartitionTopics }) => repartitionTopics)).toEqual([[]]);
  const driver = new TopologyTestDriver(topology, { 'application.id': 'app', 'statestore.cache.max.bytes': 0 });
  driver.createInputTopic('in', text, text).pipeKeyValueList([
    ['k', 'one'],
    ['k', 'two'],
  ]);
  expect(driver.createOutputTopic('out', text, text).readKeyValuesToList()).toEqual([
    ['k', 'null then one'],
    ['k', 'one then two'],
  ]);
});
