import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaVersion, startApacheKafka, whyNoKafka } from '../../scripts/apache-kafka.mjs';
import { startBroker, type TestBroker } from '../../src/entry/node.js';
import type { Json } from '../engine/broker/transcript.js';
import { validationSequences } from './produce-validation.js';
import { isSameAnswer } from './same-answer.js';
import { generatedSequence, versionSequences } from './sequences.js';
import { Target, type Sequence } from './target.js';

const isWanted = process.env['PARTITA_CONFORMANCE'] !== undefined;
const reason = isWanted ? whyNoKafka() : 'it starts a real Kafka: npm run conformance';
const generated = Number(process.env['PARTITA_SEQUENCES'] ?? 200);
const seed = process.env['PARTITA_SEED'] ?? 'conformance';
/** So many sequences at a time: most of their time is waiting for topics to be known. */
const atOnce = 12;

const drawSequences = (prefix: string): readonly Sequence[] => [
  ...versionSequences(prefix),
  ...validationSequences(prefix),
  ...Array.from({ length: generated }, (_, index) => generatedSequence(`${seed}-${index}`, prefix)),
];
const sequences = drawSequences('');

/** What a broker makes when it is first asked for it. */
const warmUp: Sequence = {
  name: 'warm up',
  steps: [
    {
      api: 'FindCoordinator',
      version: 4,
      request: { keyType: 0, coordinatorKeys: ['g'] },
      until: { topic: '__consumer_offsets', partitions: 1 },
    },
    {
      api: 'InitProducerId',
      version: 4,
      request: { transactionalId: null, transactionTimeoutMs: 1000 },
      settleMs: 1_000,
    },
    { api: 'OffsetFetch', version: 8, request: { groups: [{ groupId: 'g', topics: null }] }, settleMs: 1_000 },
  ],
};

interface Played {
  readonly ours: readonly Json[];
  readonly kafkas: readonly Json[];
}

describe.skipIf(reason !== undefined)(
  `the same requests to Apache Kafka ${kafkaVersion} and to us (${reason ?? 'both run'})`,
  () => {
    let broker: TestBroker | undefined;
    let kafka: Awaited<ReturnType<typeof startApacheKafka>> | undefined;
    const played = new Map<string, Played>();

    beforeAll(async () => {
      kafka = await startApacheKafka({ 'auto.create.topics.enable': 'false' });
      broker = await startBroker({
        profile: 'kafka',
        config: {
          'group.initial.rebalance.delay.ms': 0,
          'offsets.topic.num.partitions': 1,
          'auto.create.topics.enable': false,
        },
      });
      const [ours, kafkas] = [Target.at(broker.bootstrap), Target.at(kafka.bootstrap)];
      for (const target of [ours, kafkas]) await target.play(warmUp);
      const left = [...sequences];
      const work = async () => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) {
          const [a, b] = await Promise.all([ours.play(next), kafkas.play(next)]);
          played.set(next.name, { ours: a, kafkas: b });
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      // A cluster carries out changes after it has answered, on a busy machine much later: those that differ are played again by themselves, on other topics.
      for (const prefix of ['again-', 'once-more-'])
        for (const sequence of drawSequences(prefix))
          if (differencesOf(sequence, played.get(sequence.name) as Played) !== '')
            played.set(sequence.name, { ours: await ours.play(sequence), kafkas: await kafkas.play(sequence) });
    }, 1_200_000);
    afterAll(async () => {
      await broker?.close();
      await kafka?.stop();
    }, 60_000);

    it(`at least 300 sequences are played`, () => {
      expect(played.size).toBeGreaterThanOrEqual(300);
    });

    it.each(sequences.map((sequence): [string, Sequence] => [sequence.name, sequence]))('%s', (name, sequence) => {
      expect(differencesOf(sequence, played.get(name) as Played)).toBe('');
    });
  },
);

function differencesOf({ steps }: Sequence, { ours, kafkas }: Played): string {
  return steps
    .flatMap(({ api, version, request }, index) =>
      isSameAnswer(ours[index] as Json, kafkas[index] as Json)
        ? []
        : `step ${index}, ${api} ${version} ${text(request)}\n  Kafka: ${text(kafkas[index])}\n  ours:  ${text(ours[index])}`,
    )
    .join('\n');
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'bigint' ? String(each) : each instanceof Uint8Array ? `${each.length} bytes` : each,
  );
}
