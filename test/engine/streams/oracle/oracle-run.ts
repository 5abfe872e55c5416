import fc from 'fast-check';
import { StreamsBuilder } from '../../../../src/engine/streams/dsl/streams-builder.js';
import { TopologyTestDriver } from '../../../../src/engine/streams/driver/topology-test-driver.js';
import { emitIntervalConfigs } from '../../../../src/engine/streams/processors/emit-interval.js';
import { Serdes } from '../../../../src/engine/streams/serdes.js';

/** A record of an input; values are numbers as text. */
export interface OracleRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: string | null;
  readonly timestamp: number;
}

export interface OracleResult {
  readonly key: string;
  readonly value: string | null;
  readonly timestamp: number;
  /** Of the input record that it follows from. */
  readonly cause: number;
}

export const texts = { key: Serdes.string, value: Serdes.string };

/** Records of these topics, of three keys, out of order; some are tombstones where those may be. */
export function oracleRecords(topics: readonly string[], mayDelete = true): fc.Arbitrary<OracleRecord[]> {
  const value = fc.nat(9).map(String);
  return fc.array(
    fc.record({
      topic: fc.constantFrom(...topics),
      key: fc.constantFrom('a', 'b', 'c'),
      value: mayDelete ? fc.option(value, { freq: 4 }) : value,
      timestamp: fc.nat(80),
    }),
    { maxLength: 40 },
  );
}

/** Runs a program, which writes text to `out`, on a task of its own. */
export function runProgram(
  define: (builder: StreamsBuilder) => void,
  records: readonly OracleRecord[],
  cacheBytes = 0,
): { readonly results: readonly OracleResult[]; readonly dropped: number } {
  const builder = new StreamsBuilder();
  define(builder);
  const driver = new TopologyTestDriver(builder.build(), {
    'application.id': 'app',
    'statestore.cache.max.bytes': cacheBytes,
    [emitIntervalConfigs.outerJoin]: 0,
    [emitIntervalConfigs.windowedAggregation]: 0,
  });
  const results: OracleResult[] = [];
  const out = driver.createOutputTopic('out', Serdes.string, Serdes.string);
  for (const [cause, { topic, key, value, timestamp }] of records.entries()) {
    driver.createInputTopic(topic, Serdes.string, Serdes.string).pipeInput(key, value, timestamp);
    for (const result of out.readRecordsToList()) {
      results.push({ key: result.key ?? '', value: result.value, timestamp: result.timestamp, cause });
    }
  }
  const { droppedRecordsTotal: dropped } = driver.metrics().task;
  driver.close();
  return { results, dropped };
}

/** What is left of a changelog of results: the last of each key that is no tombstone. */
export function atRest(results: readonly Pick<OracleResult, 'key' | 'value'>[]): Record<string, string> {
  const rows = new Map<string, string>();
  for (const { key, value } of results) {
    if (value === null) rows.delete(key);
    else rows.set(key, value);
  }
  return Object.fromEntries([...rows].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The rows of a table after the records of its topic. */
export function tableOf(records: readonly OracleRecord[], topic: string): Record<string, string> {
  return atRest(records.filter((record) => record.topic === topic));
}
