import { describe, expect, it } from 'vitest';
import { streamAggregate } from '../../../../src/engine/streams/processors/stream-aggregate.js';
import { streamReduce } from '../../../../src/engine/streams/processors/stream-reduce.js';
import { timestampedKeyValueStoreBuilder } from '../../../../src/engine/streams/state/stores.js';
import { change, json, OperatorBench, text } from '../operator-bench.js';

const sums = timestampedKeyValueStoreBuilder({ name: 'sums', keySerde: text, valueSerde: json<number>() });
const noString = null as unknown as string;

describe('aggregating a stream', () => {
  const sum = () =>
    streamAggregate<string, number | null, number>({
      storeName: 'sums',
      initializer: () => 0,
      aggregator: (_key, value, aggregate) => (aggregate ?? 0) + (value ?? 0),
    });

  it('gives the result the larger timestamp of record and aggregate', () => {
    const put = new OperatorBench({ stores: [sums] }).node('a', sum());
    expect([put('a', 1, 5), put('a', 2, 3), put('b', 4, 1)].flat()).toEqual([
      ['a', change(1), 5],
      ['a', change(3), 5],
      ['b', change(4), 1],
    ]);
  });

  it('sends the initial value as the old one of a key’s first result', () => {
    const aggregate = sum();
    aggregate.enableSendingOldValues(false);
    const put = new OperatorBench({ stores: [sums] }).node('a', aggregate);
    expect([put('a', 1, 5), put('a', 2, 6)].flat()).toEqual([
      ['a', change(1, 0), 5],
      ['a', change(3, 1), 6],
    ]);
  });

  it('drops records without key or value', () => {
    const bench = new OperatorBench({ stores: [sums] });
    const put = bench.node('a', sum());
    put(noString, 1, 1);
    put('a', null, 1);
    expect(bench.dropped.map(({ reason }) => reason)).toEqual(['null-key-or-value', 'null-key-or-value']);
    expect(bench.passed).toEqual([]);
  });
});

describe('reducing a stream', () => {
  it('begins anew, timestamp included, after the reducer gave null', () => {
    const reduce = streamReduce<string, number>({
      storeName: 'sums',
      reducer: (one, other) => (one === other ? null : one + other),
    });
    reduce.enableSendingOldValues(false);
    const put = new OperatorBench({ stores: [sums] }).node('r', reduce);
    expect([put('a', 1, 9), put('a', 1, 5), put('a', 7, 2)].flat()).toEqual([
      ['a', change(1), 9],
      ['a', change<number>(null, 1), 9],
      ['a', change(7), 2],
    ]);
  });
});

it('STR-11 a record that is read again after a crash is passed on again, though the store knows it already (KAFKA-12508)', () => {
  const last = () => streamReduce<string, number>({ storeName: 'sums', reducer: (_one, other) => other });
  const before = new OperatorBench({ stores: [sums] });
  before.node('r', last())('a', 1, 5);
  const after = new OperatorBench({ stores: [sums], changelog: before.changelog });
  expect(after.node('r', last())('a', 1, 5)).toEqual([['a', change(1), 5]]);
});
