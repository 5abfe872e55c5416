import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaVersion, startApacheKafka, whyNoKafka } from '../../scripts/apache-kafka.mjs';
import { startBroker, type TestBroker } from '../../src/entry/node.js';
import type { Json } from '../engine/broker/transcript.js';
import { drawLife, type GroupLife } from './group-life.js';
import { comparedSteps, differences, firstLeftToChance } from './life-differences.js';
import { lifeSettings, playLife, stageAt } from './life-player.js';
import { Target } from './target.js';

const isWanted = process.env['PARTITA_CONFORMANCE'] !== undefined;
const reason = isWanted ? whyNoKafka() : 'it starts a real Kafka: npm run conformance';
const ofEachKind = Number(process.env['PARTITA_LIVES'] ?? 10);
const seed = process.env['PARTITA_SEED'] ?? 'life-';
/** Lives in which both sides agreed are added to this file, with Kafka's answers. */
const recording = process.env['PARTITA_RECORD'];
/** So many lives at a time. More of them, and one side or the other gets late: every step has its time. */
const atOnce = 6;

const lives = (['classic', 'consumer', 'mixed'] as const).flatMap((kind) =>
  Array.from({ length: ofEachKind }, (_, index) => drawLife(`${seed}${index}`, kind)),
);

interface Played {
  readonly life: GroupLife;
  readonly ours: readonly Json[];
  readonly kafkas: readonly Json[];
  /** Where the first step is that Kafka itself answers in several ways; undefined where it was not asked again. */
  readonly chanceAt?: number;
}

describe.skipIf(reason !== undefined)(
  `the same lives of groups with Apache Kafka ${kafkaVersion} and with us (${reason ?? 'both run'})`,
  () => {
    let broker: TestBroker | undefined;
    let kafka: Awaited<ReturnType<typeof startApacheKafka>> | undefined;
    const played = new Map<string, Played>();

    beforeAll(async () => {
      const settings = Object.entries(lifeSettings).map(([name, value]) => [name, String(value)] as const);
      kafka = await startApacheKafka({
        ...Object.fromEntries(settings),
        'group.consumer.assignor.offload.enable': 'false',
      });
      broker = await startBroker({ profile: 'kafka', config: lifeSettings });
      for (const { bootstrap } of [broker, kafka]) await makeGroups(bootstrap);
      const [ours, kafkas] = [stageAt(broker.bootstrap), stageAt(kafka.bootstrap)];
      const left = [...lives];
      const work = async () => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) {
          const [a, b] = await Promise.all([playLife(ours, next), playLife(kafkas, next)]);
          played.set(next.name, { life: next, ours: a, kafkas: b });
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      // Every step has its time, which a busy machine may exceed: those that differ are lived again by themselves, by other groups.
      for (const suffix of [' again', ' once more'])
        for (const life of lives) {
          const before = played.get(life.name) as Played;
          if (differences(life, before.ours, before.kafkas).length === 0) continue;
          const again = { ...life, name: `${life.name}${suffix}` };
          const [a, b] = [await playLife(ours, again), await playLife(kafkas, again)];
          played.set(life.name, { life: again, ours: a, kafkas: b });
        }
      // What differs still may be left to chance: then Kafka differs from itself.
      for (const [name, { life, ours: a, kafkas: b }] of played) {
        if (differences(life, a, b).length === 0) continue;
        const again = await Promise.all(
          [1, 2, 3, 4, 5, 6, 7, 8, 9].map(async (time) => {
            const renamed = { ...life, name: `${name} by chance ${time}` };
            return { life: renamed, answers: await playLife(kafkas, renamed) };
          }),
        );
        played.set(name, { life, ours: a, kafkas: b, chanceAt: firstLeftToChance(again) });
      }
    }, 1_200_000);
    afterAll(async () => {
      await broker?.close();
      await kafka?.stop();
    }, 60_000);

    it.each(lives.map(({ name }) => name))('%s', (name) => {
      const { life, ours, kafkas, chanceAt } = played.get(name) as Played;
      const [first] = differences(life, ours, kafkas, chanceAt);
      // What comes after the first difference follows from it.
      expect(first ?? '').toBe('');
      if (recording !== undefined && comparedSteps(life, ours, kafkas, chanceAt) === life.steps.length)
        appendFileSync(recording, `${JSON.stringify({ ...life, answers: kafkas })}\n`);
    });

    it('most of it can be compared', () => {
      const compared = lives.map((life) => {
        const { ours, kafkas, chanceAt } = played.get(life.name) as Played;
        return comparedSteps(life, ours, kafkas, chanceAt) / life.steps.length;
      });
      expect(compared.reduce((sum, share) => sum + share, 0) / lives.length).toBeGreaterThan(0.8);
    });
  },
);

/** The topic of the groups is there when somebody has asked for one. */
async function makeGroups(bootstrap: string): Promise<void> {
  const until = { topic: '__consumer_offsets', partitions: 1 };
  await Target.at(bootstrap).play({
    name: 'warm up',
    steps: [
      { api: 'FindCoordinator', version: 4, request: { keyType: 0, coordinatorKeys: ['g'] }, until, settleMs: 2000 },
    ],
  });
}
