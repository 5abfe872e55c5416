import { expect, test } from 'vitest';
import { TopologyTestDriver } from '../../../../src/engine/streams/driver/topology-test-driver.js';
import { StreamsBuilder } from '../../../../src/engine/streams/dsl/streams-builder.js';
import { JoinWindows } from '../../../../src/engine/streams/dsl/window/join-windows.js';
import { TimeWindows } from '../../../../src/engine/streams/dsl/window/time-windows.js';
import { Serdes } from '../../../../src/engine/streams/serdes.js';

const { string: text } = Serdes;

test('what names no serde is written and kept by the defaults of the application', () => {
  const builder = new StreamsBuilder();
  const rows = builder.table<string, string>('rows');
  rows
    .groupBy((key, value) => [value, key] as const)
    .reduce(
      (one, other) => `${one}+${other}`,
      (one, other) => `${one}-${other}`,
    )
    .toStream()
    .to('groups');
  rows
    .join(rows, { foreignKey: (value) => value }, (left, right) => left + right)
    .toStream()
    .to('pairs');
  const lines = builder.stream<string, string>('lines');
  lines
    .groupBy((_key, line) => line)
    .windowedBy(TimeWindows.ofSizeWithNoGrace(10))
    .count()
    .toStream(({ key }) => key)
    .mapValues(String)
    .to('counts');
  lines
    .outerJoin(lines, (left, right) => String(left) + String(right), JoinWindows.ofTimeDifferenceWithNoGrace(5))
    .to('joined');
  const driver = new TopologyTestDriver(builder.build(), {
    'application.id': 'defaults',
    'default.key.serde': text,
    'default.value.serde': text,
    'statestore.cache.max.bytes': 0,
  });
  const table = driver.createInputTopic('rows', text, text);
  table.pipeInput('a', 'b', 1);
  table.pipeInput('b', 'b', 2);
  expect(driver.createOutputTopic('groups', text, text).readKeyValuesToList()).toEqual([
    ['b', 'a'],
    ['b', 'a+b'],
  ]);
  expect(driver.createOutputTopic('pairs', text, text).readKeyValuesToMap()).toEqual(
    new Map([
      ['a', 'bb'],
      ['b', 'bb'],
    ]),
  );
  driver.createInputTopic('lines', text, text).pipeInput('k', 'line', 3);
  expect(driver.createOutputTopic('counts', text, text).readKeyValuesToList()).toEqual([['line', '1']]);
  expect(driver.createOutputTopic('joined', text, text).readValuesToList()).toEqual(['lineline']);
});
