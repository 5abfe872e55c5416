import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Admin } from '@platformatic/kafka';
import { ConfigResourceTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Kafka as OurKafka, startBroker, type TestBroker } from '../../../src/entry/node.js';
import { BuiltCli, type RunningCli } from '../../cli/built-cli.js';
import {
  kafkajs,
  kcatClient,
  largestRecord,
  ours,
  platformatic,
  type Access,
  type Codec,
  type RealClient,
  type Sent,
} from '../real-client.js';

const isWanted = process.env['PARTITA_INTEROP'] !== undefined;
const reason = isWanted ? undefined : 'they take minutes: npm run interop';
const clients = [kafkajs, platformatic, kcatClient, ours];
const present = clients.filter(({ missing }) => missing === undefined);

function records(count: number, size = 20): Sent[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `key ${index % 7}`,
    value: `value ${index} ${'v'.repeat(size)}`,
  }));
}

function canRead(reader: RealClient, sender: RealClient, codec: Codec): boolean {
  if (codec === 'snappy' && sender.framesSnappy === true && reader.readsFramedSnappy !== true) return false;
  return reader.codecs.includes(codec);
}

/** Readers are each a group. */
function groupOf({ name }: RealClient): string {
  return `readers-${name.replaceAll(/\s/g, '-')}`;
}

async function makeTopic({ bootstrap }: Access, topic: string): Promise<void> {
  const admin = new OurKafka({ brokers: [bootstrap] }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic }] });
  await admin.disconnect();
}

describe.skipIf(reason !== undefined)(`slower scripts of real clients (${reason ?? 'wanted'})`, () => {
  it.skipIf(kcatClient.missing !== undefined)(`kcat takes part (${kcatClient.missing ?? 'it is here'})`, () => {
    expect(present).toContain(kcatClient);
  });

  describe('every codec, from every client to every other', () => {
    let broker: TestBroker;
    beforeAll(async () => void (broker = await startBroker()));
    afterAll(() => broker.close());

    const pairs = present.flatMap((sender) => sender.codecs.map((codec) => [sender.name, codec, sender] as const));
    it.each(pairs)('%s sends with %s', { timeout: 120_000 }, async (name, codec, sender) => {
      const topic = `${name}-${codec}`.replaceAll(/[^a-z0-9-]/gi, '');
      await broker.createTopics([topic]);
      const sent = records(1_000);
      await sender.send(broker, topic, sent, codec);
      for (const reader of present.filter((each) => canRead(each, sender, codec)))
        expect(await reader.read(broker, topic, groupOf(reader), sent.length), reader.name).toEqual(sent);
    });
  });

  describe('large records', () => {
    let broker: TestBroker;
    beforeAll(async () => {
      broker = await startBroker({ config: { 'message.max.bytes': 2 * largestRecord, 'log.segment.bytes': 2 ** 26 } });
    });
    afterAll(() => broker.close());

    it.each(present.map((client, at) => [client.name, client, at] as const))(
      '%s sends one of 4 MB, and all read it',
      { timeout: 180_000 },
      async (_, sender, at) => {
        const topic = `large-${at}`;
        await broker.createTopics([topic]);
        const sent = [{ key: 'large', value: 'x'.repeat(largestRecord - 1_000) }, ...records(3)];
        await sender.send(broker, topic, sent, 'none');
        for (const reader of present)
          expect((await reader.read(broker, topic, groupOf(reader), 4)).map(({ value }) => value.length)).toEqual(
            sent.map(({ value }) => value.length),
          );
      },
    );
  });

  describe('a broker that is killed and comes back under its clients', () => {
    let cli: BuiltCli;
    let data: string;
    let serving: RunningCli;
    beforeAll(async () => void (cli = await BuiltCli.build()), 60_000);
    afterAll(() => cli.remove());
    beforeEach(async () => {
      data = mkdtempSync(join(tmpdir(), 'partita-interop-'));
      serving = await serve(0);
    });
    afterEach(async () => {
      await serving.kill('SIGKILL');
      rmSync(data, { recursive: true, force: true });
    });

    const serve = (port: number) => cli.run(['serve', '--port', String(port), '--profile', 'test', '--data-dir', data]);
    const restart = async () => {
      const { port } = serving;
      await serving.kill('SIGKILL');
      serving = await serve(port);
    };

    it.each(present.map((client) => [client.name, client] as const))(
      '%s goes on where it was after each of three kills',
      { timeout: 240_000 },
      async (_, client) => {
        const access: Access = { bootstrap: `127.0.0.1:${serving.port}` };
        await makeTopic(access, 'kept');
        for (let round = 0; round < 3; round++) {
          const sent = records(50).map(({ key, value }) => ({ key, value: `${round} ${value}` }));
          await client.send(access, 'kept', sent, 'gzip');
          await restart();
          // What was acknowledged is there, and the group goes on with what it has not committed.
          expect(await client.read(access, 'kept', 'readers', 50)).toEqual(sent);
          await restart();
        }
      },
    );

    it(
      'a KafkaJS producer and a consumer that stay connected lose nothing that was acknowledged',
      { timeout: 240_000 },
      async () => {
        const kafka = new Kafka({
          brokers: [`127.0.0.1:${serving.port}`],
          logLevel: logLevel.NOTHING,
          retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 60 },
        });
        const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
        const consumer = kafka.consumer({ groupId: 'staying', sessionTimeout: 6_000, heartbeatInterval: 500 });
        await producer.connect();
        await producer.send({ topic: 'staying', messages: [{ value: 'first' }] });
        await consumer.connect();
        await consumer.subscribe({ topic: 'staying', fromBeginning: true });
        const seen = new Set<string>();
        await consumer.run({ eachMessage: async ({ message }) => void seen.add(String(message.value)) });
        const acknowledged: string[] = ['first'];
        let isOver = false;
        const sending = (async () => {
          for (let number = 0; !isOver; number++) {
            await producer.send({ topic: 'staying', messages: [{ value: String(number) }] });
            acknowledged.push(String(number));
          }
        })();
        for (let kill = 0; kill < 4; kill++) {
          const before = acknowledged.length;
          await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before + 20);
          await restart();
        }
        isOver = true;
        await sending;
        await expect.poll(() => acknowledged.filter((value) => !seen.has(value)), { timeout: 60_000 }).toEqual([]);
        await Promise.all([producer.disconnect(), consumer.disconnect()]);
      },
    );
  });

  it('a crowd of KafkaJS members shares 120 partitions through ten rebalances', { timeout: 240_000 }, async () => {
    const broker = await startBroker({ topics: [{ topic: 'wide', numPartitions: 120 }] });
    const kafka = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING });
    const assigned = new Map<number, number[]>();
    const members = new Map<number, ReturnType<Kafka['consumer']>>();
    const join = async (number: number) => {
      const consumer = kafka.consumer({ groupId: 'crowd', heartbeatInterval: 300, maxWaitTimeInMs: 300 });
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
        assigned.set(number, payload.memberAssignment['wide'] ?? []),
      );
      members.set(number, consumer);
      await consumer.connect();
      await consumer.subscribe({ topic: 'wide' });
      await consumer.run({ eachMessage: async () => undefined });
    };
    const settled = async () => {
      const all = () => [...assigned.values()].flat().sort((a, b) => a - b);
      const everything = Array.from({ length: 120 }, (_, partition) => partition);
      await expect.poll(all, { timeout: 60_000, interval: 100 }).toEqual(everything);
      const counts = [...assigned.values()].map(({ length }) => length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    };
    for (let number = 0; number < 6; number++) {
      await join(number);
      await settled();
    }
    for (const number of [0, 3, 4, 1]) {
      await members.get(number)?.disconnect();
      assigned.delete(number);
      await settled();
    }
    for (const number of [2, 5]) await members.get(number)?.disconnect();
    await broker.close();
  });

  it('administers in full with KafkaJS', { timeout: 60_000 }, async () => {
    const broker = await startBroker();
    const admin = new Kafka({ brokers: [broker.bootstrap], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const configEntries = [{ name: 'retention.ms', value: '86400000' }];
    expect(await admin.createTopics({ topics: [{ topic: 'a', numPartitions: 2, configEntries }] })).toBe(true);
    expect(await admin.createTopics({ topics: [{ topic: 'a' }] })).toBe(false);
    await admin.createPartitions({ topicPartitions: [{ topic: 'a', count: 5 }] });
    const { topics } = await admin.fetchTopicMetadata({ topics: ['a'] });
    expect(topics[0]?.partitions).toHaveLength(5);
    const resource = { type: ConfigResourceTypes.TOPIC, name: 'a' };
    const valueOf = async (name: string) =>
      (
        await admin.describeConfigs({ includeSynonyms: false, resources: [{ ...resource, configNames: [name] }] })
      ).resources[0]?.configEntries.find((entry) => entry.configName === name)?.configValue;
    expect(await valueOf('retention.ms')).toBe('86400000');
    const changed = [{ name: 'cleanup.policy', value: 'compact' }];
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries: changed }] });
    expect([await valueOf('cleanup.policy'), await valueOf('retention.ms')]).toEqual(['compact', '604800000']);
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries: [] }] });
    await kafkajs.send(broker, 'a', records(10), 'none');
    expect((await kafkajs.read(broker, 'a', 'group', 5)).length).toBe(5);
    expect(await admin.fetchOffsets({ groupId: 'group', topics: ['a'] })).toMatchObject([
      { topic: 'a', partitions: expect.arrayContaining([expect.objectContaining({ partition: 0, offset: '5' })]) },
    ]);
    await admin.resetOffsets({ groupId: 'group', topic: 'a', earliest: true });
    expect((await kafkajs.read(broker, 'a', 'group', 10)).length).toBe(10);
    await admin.deleteTopicRecords({ topic: 'a', partitions: [{ partition: 0, offset: '4' }] });
    expect((await admin.fetchTopicOffsets('a')).find(({ partition }) => partition === 0)).toMatchObject({
      low: '4',
      high: '10',
    });
    expect((await admin.describeCluster()).brokers).toHaveLength(1);
    expect((await admin.listGroups()).groups).toMatchObject([{ groupId: 'group', protocolType: 'consumer' }]);
    await admin.deleteGroups(['group']);
    await admin.deleteTopics({ topics: ['a'] });
    expect(await admin.listTopics()).not.toContain('a');
    await admin.disconnect();
    await broker.close();
  });

  it('administers in full with @platformatic/kafka', { timeout: 60_000 }, async () => {
    const broker = await startBroker();
    const admin = new Admin({ clientId: 'admin', bootstrapBrokers: [broker.bootstrap] });
    await admin.createTopics({ topics: ['b'], partitions: 2, replicas: 1 });
    await platformatic.send(broker, 'b', records(10), 'gzip');
    expect((await platformatic.read(broker, 'b', 'group', 5)).length).toBe(5);
    const groups = await admin.listGroups();
    expect([...groups.keys()]).toContain('group');
    expect((await admin.describeGroups({ groups: ['group'] })).get('group')?.state).toBe('EMPTY');
    expect((await admin.metadata({ topics: ['b'] })).topics.get('b')?.partitionsCount).toBe(2);
    await admin.deleteGroups({ groups: ['group'] });
    await admin.deleteTopics({ topics: ['b'] });
    expect(await admin.listTopics()).not.toContain('b');
    await admin.close();
    await broker.close();
  });

  describe('passwords over TLS', () => {
    const certificate = (name: string) =>
      readFileSync(fileURLToPath(new URL(`../../engine/platform/node/certificates/${name}`, import.meta.url)));
    let broker: TestBroker;
    beforeAll(async () => {
      broker = await startBroker({
        topics: ['secret'],
        users: new Map([['alice', 'open sesame']]),
        tls: { key: certificate('server.key'), cert: certificate('server.pem') },
      });
    });
    afterAll(() => broker.close());

    const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];
    const ways = [kafkajs, platformatic, ours].flatMap((client) =>
      mechanisms.map((mechanism) => [client.name, mechanism, client] as const),
    );
    it.each(ways)('%s is let in by %s', { timeout: 60_000 }, async (name, mechanism, client) => {
      const access: Access = {
        bootstrap: broker.bootstrap,
        ca: certificate('ca.pem'),
        mechanism,
        username: 'alice',
        password: 'open sesame',
      };
      const topic = `${name}-${mechanism}`.replaceAll(/[^a-z0-9-]/gi, '');
      await broker.createTopics([topic]);
      await client.send(access, topic, records(5), 'none');
      expect(await client.read(access, topic, `${topic}-group`, 5)).toEqual(records(5));
    });
  });
});
