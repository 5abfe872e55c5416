import { TopologyTestDriver } from '../../../src/engine/streams/driver/topology-test-driver.js';
import { Serdes } from '../../../src/engine/streams/serdes.js';
import { rivalName, runRival, whyNoRival, type BenchOutcome } from './kafka-streams.js';
import { measureRestore } from './restore.js';
import { streamsInputs, unitsOf } from './streams-input.js';
import { streamsTopologies } from './streams-topologies.js';

const rounds = 5;

/** The first rounds of either side make it warm. */
const warmUp = 2;

/**
 * Prints records a second of one core through the test driver, against Kafka Streams' own on the same topologies and input, and what
 * it takes to restore a store of a million rows.
 */
export async function measureStreams(print: (line: string) => void, projectRoot: string): Promise<void> {
  const whyNot = whyNoRival();
  for (const [name, makeInput] of Object.entries(streamsInputs)) {
    const { unit = 'records/s', perRecord = 1 } = unitsOf[name] ?? {};
    const work = makeInput().length * perRecord;
    const ours = runOurs(name);
    const value = Math.round(work / medianOf(ours.seconds));
    if (whyNot !== undefined) {
      print(JSON.stringify({ bench: name, value, unit, against: `none, for ${whyNot}` }));
      continue;
    }
    const theirs = runRival(name, rounds + warmUp, projectRoot);
    if (theirs.results !== ours.results || theirs.sum !== ours.sum) {
      const [found, expected] = [ours, theirs].map(({ results, sum }) => `${results} results with the sum ${sum}`);
      throw new Error(`${name}: we gave ${found}, Kafka Streams ${expected}`);
    }
    const rival = Math.round(work / medianOf(theirs.seconds.slice(warmUp)));
    print(JSON.stringify({ bench: name, value, unit, against: rivalName, rival, ratio: ratio(value, rival) }));
  }
  print(JSON.stringify(measureRestore()));
}

function runOurs(name: string): BenchOutcome {
  const input = streamsInputs[name]?.() ?? [];
  const seconds: number[] = [];
  let outcome = { results: 0, sum: 0 };
  for (let round = 0; round < rounds + warmUp; round++) {
    const topology = streamsTopologies[name];
    if (topology === undefined) throw new Error(`no topology is named ${name}`);
    const driver = new TopologyTestDriver(topology.build(), {
      'application.id': 'bench',
      'statestore.cache.max.bytes': 0,
    });
    const topics = Object.fromEntries(
      ['in', 'left', 'right'].map((topic) => [topic, driver.createInputTopic(topic, Serdes.string, Serdes.string)]),
    );
    const out = driver.createOutputTopic('out', Serdes.string, Serdes.bytes);
    outcome = { results: 0, sum: 0 };
    const began = process.cpuUsage();
    for (const [at, { topic, key, value, timestamp }] of input.entries()) {
      topics[topic]?.pipeInput(key, value, timestamp);
      if (at % 1000 === 999 || at === input.length - 1) {
        while (!out.isEmpty) {
          const [, result] = out.readKeyValue();
          outcome.sum += result === null ? 0 : topology.sizeOf(result);
          outcome.results++;
        }
      }
    }
    const { user, system } = process.cpuUsage(began);
    seconds.push((user + system) / 1e6);
    driver.close();
  }
  return { seconds: seconds.slice(warmUp), ...outcome };
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function ratio(value: number, rival: number): number {
  return Math.round((value / rival) * 100) / 100;
}
