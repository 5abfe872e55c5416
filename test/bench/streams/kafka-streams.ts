import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { classpath, kafkaVersion, whyNoKafka } from '../../../scripts/apache-kafka.mjs';

/** What one side did in some rounds. */
export interface BenchOutcome {
  readonly seconds: readonly number[];
  /** How many records came out, and their values summed up: both sides must agree. */
  readonly results: number;
  readonly sum: number;
}

export const rivalName = `Kafka Streams ${kafkaVersion}, TopologyTestDriver, stores in memory`;

/** Why there is no rival here; undefined if there is one. */
export const whyNoRival: () => string | undefined = whyNoKafka;

/** Runs a topology by Kafka Streams' own test driver. */
export function runRival(name: string, rounds: number, projectRoot: string): BenchOutcome {
  const source = join(projectRoot, 'test', 'bench', 'streams', 'StreamsBench.java');
  const logging = '-Dorg.slf4j.simpleLogger.defaultLogLevel=off';
  const said = execFileSync('java', ['-Xmx1g', logging, '-cp', classpath(), source, name, String(rounds)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as BenchOutcome;
}
