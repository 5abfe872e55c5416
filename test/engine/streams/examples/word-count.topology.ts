import { defineTopology, Serdes } from '../../../../src/entry/streams.js';

export default defineTopology((builder) => {
  builder
    .stream('lines', { key: Serdes.string, value: Serdes.string })
    .flatMapValues((line) => line.toLowerCase().match(/\w+/g) ?? [])
    .groupBy((_key, word) => word, { name: 'by-word', key: Serdes.string, value: Serdes.string })
    .count({ as: 'counts' })
    .toStream()
    .to('word-counts', { key: Serdes.string, value: Serdes.safeLong });
});
