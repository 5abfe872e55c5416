import { StreamsBuilder } from '../../streams/dsl/streams-builder.js';
import { Serdes } from '../../streams/serdes.js';
import type { PriceTableProgram } from '../streams-run-spec.js';
import type { StreamsCode } from './streams-code.js';

const text = Serdes.string;

/** With a change every 500 ms, four of them fill a segment of the changelog; no pass of the cleaner takes what is younger than 20 s. */
const segments = { 'segment.ms': '1900' };
const compacted = {
  ...segments,
  'min.cleanable.dirty.ratio': '0.1',
  'min.compaction.lag.ms': '20000',
  'delete.retention.ms': '60000',
};
const deletedByAge = { ...segments, 'cleanup.policy': 'delete', 'retention.ms': '20000' };

/** Scenario 15: the newest price of each item, as a table. */
export function priceTable({ changelog }: PriceTableProgram): StreamsCode {
  const builder = new StreamsBuilder();
  const logging = { compact: compacted, delete: deletedByAge, 'input-topic': true, none: false }[changelog];
  builder.table<string, string>('prices', {
    key: text,
    value: text,
    name: 'price-table',
    materialized: { as: 'price-store', caching: false, logging },
  });
  const optimization = changelog === 'input-topic' ? 'all' : 'none';
  return {
    topology: builder.build({ 'topology.optimization': optimization }),
    optimization,
    stores: { 'price-store': { key: text, value: text } },
  };
}
