import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaVersion, startApacheKafka, whyNoKafka } from '../../scripts/apache-kafka.mjs';
import { startBroker, type TestBroker } from '../../src/entry/node.js';
import { clientLives } from './client-lives.js';

const isWanted = process.env['PARTITA_CONFORMANCE'] !== undefined;
const reason = isWanted ? whyNoKafka() : 'it starts a real Kafka: npm run conformance';

describe.skipIf(reason !== undefined)(
  `our consumers on Apache Kafka ${kafkaVersion} and on our broker (${reason ?? 'both run'})`,
  () => {
    let broker: TestBroker | undefined;
    let kafka: Awaited<ReturnType<typeof startApacheKafka>> | undefined;

    beforeAll(async () => {
      kafka = await startApacheKafka();
      broker = await startBroker({
        profile: 'kafka',
        config: { 'group.initial.rebalance.delay.ms': 0, 'offsets.topic.num.partitions': 1 },
      });
    }, 300_000);
    afterAll(async () => {
      await broker?.close();
      await kafka?.stop();
    });

    it.each(Object.entries(clientLives))('%s', { timeout: 120_000 }, async (_, live) => {
      const [ours, kafkas] = await Promise.all([live(broker!.bootstrap), live(kafka!.bootstrap)]);
      expect(ours).toEqual(kafkas);
    });
  },
);
