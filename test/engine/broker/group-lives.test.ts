import { describe, expect, it } from 'vitest';
import { differences } from '../../conformance/life-differences.js';
import { lifeSettings, playLife, type LifeStage } from '../../conformance/life-player.js';
import type { GroupLife } from '../../conformance/group-life.js';
import { goldenLines } from '../protocol/golden.js';
import { BrokerBench } from './broker-bench.js';
import type { Json } from './transcript.js';

/** Lives of groups with what Apache Kafka answered at each step, recorded by `PARTITA_RECORD=… npm run conformance`. */
const lives = goldenLines<GroupLife & { readonly answers: readonly Json[] }>('group-lives.jsonl');

describe('a group lives with us as with Apache Kafka', () => {
  it.each(lives.map((life) => [life.name, life] as const))('%s', async (_, life) => {
    const bench = await BrokerBench.start({ profile: 'kafka', config: lifeSettings });
    const stage: LifeStage = {
      network: bench.network,
      pause: (ms) => bench.environment.pass(ms),
      untilKnown: () => Promise.resolve(),
    };
    // Whoever commits first has the topic of the groups made.
    await bench.call('FindCoordinator', { coordinatorKeys: ['g'] });
    expect(differences(life, await playLife(stage, life), life.answers)).toEqual([]);
    await bench.broker.stop();
  });
});
