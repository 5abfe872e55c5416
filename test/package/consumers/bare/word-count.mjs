import { deepEqual } from 'node:assert/strict';
import { Serdes, StreamsBuilder } from 'partita/streams';
import { TopologyTestDriver } from 'partita/streams/test';

const builder = new StreamsBuilder();
builder
  .stream('lines', { key: Serdes.string, value: Serdes.string })
  .flatMapValues((line) => line.split(' '))
  .groupBy((_key, word) => word, { name: 'by-word', key: Serdes.string, value: Serdes.string })
  .count({ as: 'counts' })
  .toStream()
  .to('word-counts', { key: Serdes.string });
const driver = new TopologyTestDriver(builder.build(), { 'application.id': 'word-count' });
driver.createInputTopic('lines', Serdes.string, Serdes.string).pipeValueList(['to be or', 'not to be']);
const counts = driver.createOutputTopic('word-counts', Serdes.string, Serdes.long).readKeyValuesToMap();
deepEqual(Object.fromEntries(counts), { to: 2n, be: 2n, or: 1n, not: 1n });
