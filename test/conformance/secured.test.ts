import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaVersion, startApacheKafka, whyNoKafka } from '../../scripts/apache-kafka.mjs';
import { startBroker, type TestBroker } from '../../src/entry/node.js';
import { kcat, hasRightScram, whyNoKcat } from '../interop/kcat.js';
import { ours, type Access } from '../interop/real-client.js';

const isWanted = process.env['PARTITA_CONFORMANCE'] !== undefined;
const reason = isWanted ? whyNoKafka() : 'it starts a real Kafka: npm run conformance';

const file = (name: string) => fileURLToPath(new URL(`../engine/platform/node/certificates/${name}`, import.meta.url));
const password = 'open-sesame';

describe.skipIf(reason !== undefined)(
  `over TLS, with a password, at Apache Kafka ${kafkaVersion} and at our broker (${reason ?? 'both run'})`,
  () => {
    let broker: TestBroker | undefined;
    let kafka: Awaited<ReturnType<typeof startApacheKafka>> | undefined;

    beforeAll(async () => {
      const [key, cert] = [readFileSync(file('server.key')), readFileSync(file('server.pem'))];
      kafka = await startApacheKafka({}, { pem: `${key.toString()}${cert.toString()}`, users: { alice: password } });
      broker = await startBroker({ users: new Map([['alice', password]]), tls: { key, cert } });
    }, 300_000);
    afterAll(async () => {
      await broker?.close();
      await kafka?.stop();
    }, 60_000);

    const places = ['Kafka', 'us'] as const;
    const at = (place: 'Kafka' | 'us') => (place === 'Kafka' ? kafka!.securedBootstrap : broker!.bootstrap);
    const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];

    it.each(places.flatMap((place) => mechanisms.map((mechanism) => [place, mechanism] as const)))(
      'our client is let in at %s by %s',
      { timeout: 120_000 },
      async (place, mechanism) => {
        const access: Access = {
          bootstrap: at(place),
          ca: readFileSync(file('ca.pem')),
          mechanism,
          username: 'alice',
          password,
        };
        const topic = `by-${mechanism}`;
        const records = [{ key: 'k', value: mechanism }];
        await ours.send(access, topic, records, 'zstd');
        expect(await ours.read(access, topic, `group-${mechanism}`, 1)).toEqual(records);
        await expect(ours.send({ ...access, password: 'wrong' }, topic, records, 'none')).rejects.toMatchObject({
          code: 'SASL_AUTHENTICATION_FAILED',
        });
      },
    );

    it.skipIf(whyNoKcat !== undefined).each(places)(
      'kcat is let in at %s by PLAIN, and by SCRAM if its librdkafka knows how',
      { timeout: 60_000 },
      async (place) => {
        const codes: (number | null)[] = [];
        for (const mechanism of mechanisms) {
          const settings = [
            'security.protocol=SASL_SSL',
            `ssl.ca.location=${file('ca.pem')}`,
            `sasl.mechanism=${mechanism}`,
            'sasl.username=alice',
            `sasl.password=${password}`,
          ];
          const options = settings.flatMap((setting) => ['-X', setting]);
          codes.push((await kcat(['-b', at(place), '-L', '-m', '5', ...options])).code);
        }
        expect(codes).toEqual(hasRightScram ? [0, 0, 0] : [0, 1, 1]);
      },
    );
  },
);
