import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kafka, startBroker, type TestBroker } from '../../src/entry/node.js';
import { hasRightScram, kcat, whyNoKcat } from './kcat.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await startBroker({ topics: [{ topic: 'many', numPartitions: 4 }] });
});
afterAll(() => broker.close());

const at = (address = broker.bootstrap) => ['-b', address];
const lines = (values: readonly string[]) => values.map((value) => `${value}\n`).join('');

/** Reads a topic to its end. */
async function read(topic: string, format: string, more: readonly string[] = []): Promise<string[]> {
  const { code, out, err } = await kcat([
    ...at(),
    '-C',
    '-t',
    topic,
    ...['-o', 'beginning', '-e', '-q', '-f', `${format}\n`],
    ...more,
  ]);
  expect([code, err]).toEqual([0, '']);
  return out.split('\n').slice(0, -1);
}

describe.skipIf(whyNoKcat !== undefined)(`kcat (${whyNoKcat ?? 'installed'})`, () => {
  it('lists brokers, topics and partitions', async () => {
    const { code, out } = await kcat([...at(), '-L', '-J', '-t', 'many']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      controllerid: 1,
      brokers: [{ id: 1, name: broker.bootstrap }],
      topics: [
        {
          topic: 'many',
          partitions: [0, 1, 2, 3].map((partition) => ({ partition, leader: 1, replicas: [{ id: 1 }] })),
        },
      ],
    });
  });

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'produces with %s, keys and headers, and reads it back',
    async (codec) => {
      const topic = `codec-${codec}`;
      const values = Array.from({ length: 200 }, (_, index) => `value ${index} ${'z'.repeat(30)}`);
      const options = ['-z', codec, '-K', ':', '-H', 'first=1', '-H', 'second=2'];
      const sent = await kcat([...at(), '-P', '-t', topic, ...options], {
        input: lines(values.map((value, index) => `key ${index % 3}:${value}`)),
      });
      expect([sent.code, sent.err]).toEqual([0, '']);
      expect(await read(topic, '%o %k|%s|%h')).toEqual(
        values.map((value, index) => `${index} key ${index % 3}|${value}|first=1,second=2`),
      );
    },
  );

  it('asks for offsets: the first, the last, by time', async () => {
    await kcat([...at(), '-P', '-t', 'asked'], { input: lines(['a', 'b', 'c']) });
    const asked = async (what: string) => (await kcat([...at(), '-Q', '-t', `asked:0:${what}`])).out.trim();
    expect(await asked('-2')).toBe('asked [0] offset 0');
    expect(await asked('-1')).toBe('asked [0] offset 3');
    expect(await asked('1')).toBe('asked [0] offset 0');
    expect(await asked(String(Date.now() + 60_000))).toBe('asked [0] offset -1');
    expect(await read('asked', '%s', ['-o', '-2'])).toEqual(['b', 'c']);
    expect(await read('asked', '%s', ['-o', '1', '-c', '1'])).toEqual(['b']);
    expect(await read('asked', '%s', ['-o', 's@1'])).toEqual(['a', 'b', 'c']);
  });

  it('produces with idempotence, tombstones, and to the partition that it is told', async () => {
    const idempotent = ['-X', 'enable.idempotence=true'];
    const first = await kcat([...at(), '-P', '-t', 'many', '-p', '2', '-Z', '-K', ':', ...idempotent], {
      input: lines(['a:1', 'b:2', 'a:']),
    });
    expect([first.code, first.err]).toEqual([0, '']);
    expect(await read('many', '%p %o %k %S')).toEqual(['2 0 a 1', '2 1 b 1', '2 2 a -1']);
  });

  it('reads in groups that share the partitions, and goes on where the group was', async () => {
    const topic = 'grouped';
    await broker.createTopics([{ topic, numPartitions: 4 }]);
    for (let partition = 0; partition < 4; partition++)
      await kcat([...at(), '-P', '-t', topic, '-p', String(partition)], { input: lines(['x', 'y']) });
    const member = (more: readonly string[]) =>
      kcat([...at(), '-G', 'kcats', '-X', 'auto.offset.reset=earliest', '-f', '%p %o\n', ...more, topic]);
    const expected = [0, 1, 2, 3].flatMap((partition) => [`${partition} 0`, `${partition} 1`]);
    const first = await member(['-c', '8']);
    expect(first.code).toBe(0);
    expect(first.out.split('\n').slice(0, -1).sort()).toEqual(expected);
    // Two at once, each with two of the partitions, read what has come since.
    const both = [member(['-c', '2']), member(['-c', '2'])];
    await expect.poll(() => stableMembers(), { timeout: 15_000 }).toBe(2);
    for (let partition = 0; partition < 4; partition++)
      await kcat([...at(), '-P', '-t', topic, '-p', String(partition)], { input: lines(['z']) });
    const runs = await Promise.all(both);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(runs.flatMap(({ out }) => out.split('\n').slice(0, -1)).sort()).toEqual(['0 2', '1 2', '2 2', '3 2']);
  });

  it('is told of what is wrong', async () => {
    const absent = await kcat([...at(), '-C', '-t', 'absent', '-e', '-X', 'allow.auto.create.topics=false']);
    expect(absent.err).toContain('Unknown topic or partition');
    const elsewhere = await kcat([...at(), '-P', '-t', 'many', '-p', '9'], { input: 'x\n' });
    expect(elsewhere.err).toContain('Unknown partition');
    const big = await kcat([...at(), '-P', '-t', 'big', '-X', 'message.max.bytes=3000000'], {
      input: `${'x'.repeat(1_200_000)}\n`,
    });
    expect(big.code).toBe(1);
    expect(big.err).toContain('Message size too large');
  });

  it('is let in with its password over TLS, and nobody else is', async () => {
    const file = (name: string) =>
      fileURLToPath(new URL(`../engine/platform/node/certificates/${name}`, import.meta.url));
    const closed = await startBroker({
      topics: ['secret'],
      users: new Map([['alice', 'open sesame']]),
      tls: { key: readFileSync(file('server.key')), cert: readFileSync(file('server.pem')) },
    });
    const attempt = (mechanism: string, password: string) =>
      kcat(
        [
          ...at(closed.bootstrap),
          ...['-P', '-t', 'secret'],
          ...['-X', 'security.protocol=SASL_SSL', '-X', `ssl.ca.location=${file('ca.pem')}`],
          ...['-X', `sasl.mechanism=${mechanism}`, '-X', 'sasl.username=alice', '-X', `sasl.password=${password}`],
        ],
        { input: `${mechanism}\n`, limitMs: 5_000 },
      );
    expect(await attempt('PLAIN', 'open sesame')).toEqual({ code: 0, out: '', err: '' });
    for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512'])
      expect((await attempt(mechanism, 'open sesame')).code).toBe(hasRightScram ? 0 : 1);
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-512']) {
      const refused = await attempt(mechanism, 'wrong');
      expect(refused.code).not.toBe(0);
      expect(refused.err).toContain('uthentication failed');
    }
    const plain = await kcat([...at(closed.bootstrap), '-L', '-m', '1']);
    expect(plain.code).not.toBe(0);
    await closed.close();
  });
});

async function stableMembers(): Promise<number> {
  const admin = new Kafka({ brokers: [broker.bootstrap] }).admin();
  await admin.connect();
  const { groups } = await admin.describeGroups(['kcats']);
  await admin.disconnect();
  return groups[0]?.state === 'Stable' ? groups[0].members.length : 0;
}
