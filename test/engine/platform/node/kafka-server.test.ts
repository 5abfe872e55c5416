import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { Broker } from '../../../../src/engine/broker/broker.js';
import { MemoryStorage } from '../../../../src/engine/environment/memory-storage.js';
import { KafkaServer } from '../../../../src/engine/platform/node/kafka-server.js';
import { nodeEnvironment } from '../../../../src/engine/platform/node/node-environment.js';
import { errorCode } from '../../../../src/engine/protocol/errors.js';
import { encodeBatch } from '../../../../src/engine/protocol/record-batch.js';
import { correlationIdOf, openResponse, requestFrame, sized } from '../../../../src/engine/wire/frames.js';
import { outsideAddress } from './outside-address.js';
import { RawClient } from './raw-client.js';
import { ServedBroker } from './served-broker.js';

const ascii = (text: string) => new TextEncoder().encode(text);
const greeting = { clientSoftwareName: 'raw', clientSoftwareVersion: '1' };

let served: ServedBroker | undefined;
const serve = async (options: Parameters<typeof ServedBroker.start>[0] = {}) =>
  (served = await ServedBroker.start(options));
afterEach(async () => {
  await served?.stop();
  served = undefined;
});

/** That a broker goes on: what every test of a bad client ends with. */
async function expectService(): Promise<void> {
  const client = await served!.connect();
  expect((await client.call('ApiVersions', greeting)).errorCode).toBe(0);
  client.close();
}

const createTopic = (name: string) => ({
  topics: [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
  timeoutMs: 1000,
});
const produce = (topic: string, value: Uint8Array, acks = -1) => ({
  acks,
  timeoutMs: 1000,
  topicData: [
    {
      name: topic,
      partitionData: [
        { index: 0, records: encodeBatch({ records: [{ timestamp: 0, key: null, value, headers: [] }] }) },
      ],
    },
  ],
});

describe('a connection', () => {
  it('is told to whoever describes a group by the address that it comes from', async () => {
    await serve();
    const client = await served!.connect();
    const protocols = [{ name: 'range', metadata: ascii('any') }];
    const join = { groupId: 'g', memberId: '', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000 };
    await client.call('JoinGroup', { ...join, protocolType: 'consumer', protocols }, 3);
    const { groups } = await client.call('DescribeGroups', { groups: ['g'] }, 5);
    expect(groups[0]?.members.map(({ clientHost }) => clientHost)).toEqual(['/127.0.0.1']);
    const heartbeat = { groupId: 'h', memberId: 'm', memberEpoch: 0, rebalanceTimeoutMs: 10_000, topicPartitions: [] };
    await client.call('ConsumerGroupHeartbeat', { ...heartbeat, subscribedTopicNames: ['orders'] }, 1);
    const described = await client.call('ConsumerGroupDescribe', { groupIds: ['h'] }, 1);
    expect(described.groups[0]?.members.map(({ clientHost }) => clientHost)).toEqual(['/127.0.0.1']);
    client.close();
  });

  it('answers pipelined requests in their sequence, whatever each takes', async () => {
    await serve();
    const client = await served!.connect();
    await client.call('CreateTopics', createTopic('orders'));
    const sent = [
      client.send('Produce', produce('orders', ascii('1')), 11),
      client.send('Fetch', fetchAll('orders', 99, 200), 12),
      client.send('Produce', produce('orders', ascii('2')), 11),
      client.send('Produce', produce('orders', ascii('3')), 11),
      client.send('ApiVersions', greeting),
    ];
    const answered: number[] = [];
    for (let count = 0; count < sent.length; count++) answered.push(correlationIdOf(await client.next()));
    expect(answered).toEqual(sent);
    client.close();
  });

  it('gives no answer to acks 0, and goes on', async () => {
    await serve();
    const client = await served!.connect();
    await client.call('CreateTopics', createTopic('orders'));
    client.send('Produce', produce('orders', ascii('1'), 0), 11);
    const next = client.send('ApiVersions', greeting);
    expect(correlationIdOf(await client.next())).toBe(next);
    const { responses } = await client.call('Fetch', fetchAll('orders', 0), 12);
    expect(responses[0]?.partitions[0]?.highWatermark).toBe(1n);
    client.close();
  });

  it('ends when acks 0 fails', async () => {
    await serve();
    const client = await served!.connect();
    client.send('Produce', produce('nowhere', ascii('1'), 0), 11);
    await client.closed;
    await expectService();
  });

  it('a version of ApiVersions that does not exist is answered in version 0 with error 35 and what exists', async () => {
    await serve();
    const client = await served!.connect();
    for (const version of [5, 127]) {
      const frame = requestFrame('ApiVersions', 4, 7, 'raw', greeting);
      new DataView(frame.buffer, frame.byteOffset).setInt16(6, version);
      client.write(frame);
      const answer = openResponse('ApiVersions', 0, await client.next());
      expect(answer.errorCode).toBe(errorCode('UNSUPPORTED_VERSION'));
      expect(answer.apiKeys).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: 4 }]);
    }
    expect((await client.call('ApiVersions', greeting, 3)).errorCode).toBe(0);
    client.close();
  });

  it.each([
    ['a version that is not served', { api: 'Metadata', version: 13, written: 14 }],
    ['Produce 2, which is advertised only', { api: 'Produce', version: 3, written: 2 }],
    ['a version that is not stable yet', { api: 'InitProducerId', version: 5, written: 6 }],
  ] as const)('ends at %s', async (_, { api, version, written }) => {
    await serve();
    const client = await served!.connect();
    const frame = requestFrame(api, version, 0, 'raw', {
      topics: null,
      acks: 1,
      timeoutMs: 1,
      topicData: [],
      transactionalId: null,
      transactionTimeoutMs: 1,
    });
    new DataView(frame.buffer, frame.byteOffset).setInt16(6, written);
    client.write(frame);
    await client.closed;
    await expectService();
  });

  it('Produce 0 to 2 are advertised all the same', async () => {
    await serve();
    const client = await served!.connect();
    const { apiKeys } = await client.call('ApiVersions', greeting);
    expect(apiKeys).toContainEqual({ apiKey: 0, minVersion: 0, maxVersion: 13 });
    client.close();
  });

  it('GW-10 ends at an API that is unknown, at bytes that are no request, and at bytes behind a request', async () => {
    await serve();
    const good = requestFrame('ApiVersions', 0, 1, 'raw', {}).subarray(4);
    for (const bad of [
      Uint8Array.of(3, 0xe7, 0, 0, 0, 0, 0, 0, 0xff, 0xff),
      Uint8Array.of(0),
      ascii('complete nonsense, and plenty of it'),
      Buffer.concat([good, Uint8Array.of(1, 2, 3)]),
    ]) {
      const client = await served!.connect();
      client.write(sized(bad));
      await client.closed;
    }
    await expectService();
  });

  it('GW-15 what a client chose reaches the log escaped and cut', async () => {
    await serve();
    const client = await served!.connect();
    client.write(sized(Uint8Array.of(0, 18, 0, 9)));
    await client.closed;
    const attack = await served!.connect();
    attack.write(ascii('GET \u001b[31m\r\nforged line'));
    await attack.closed;
    for (const message of served!.logged) {
      // eslint-disable-next-line no-control-regex -- these must not be there
      expect(message).not.toMatch(/[\u0000-\u001f]/);
      expect(message.length).toBeLessThanOrEqual(400);
    }
  });
});

describe('limits', () => {
  it('GW-5 HTTP and TLS on the port are closed at once, and told once for each address', async () => {
    await serve();
    for (const bytes of [ascii('GET / HTTP/1.1\r\n\r\n'), ascii('GET /2 HTTP/1.1\r\n\r\n')]) {
      const client = await served!.connect();
      client.write(bytes);
      await client.closed;
      expect(client.frames).toEqual([]);
    }
    expect(served!.logged.filter((message) => message.includes('HTTP'))).toHaveLength(1);
    await expectService();
  });

  it('GW-6 a request beyond socket.request.max.bytes ends the connection before it is sent', async () => {
    await serve({ limits: { maxRequestBytes: 1000 } });
    const client = await served!.connect();
    client.write(Uint8Array.of(0, 0, 3, 233));
    await client.closed;
    await expectService();
  });

  it('GW-6 who sends nothing, or a byte now and then, is cut off', async () => {
    await serve({ limits: { firstRequestMs: 300, requestMs: 300 } });
    const silent = await served!.connect();
    const slow = await served!.connect();
    await slow.call('ApiVersions', greeting);
    slow.write(Uint8Array.of(0, 0, 4, 0));
    const drip = setInterval(() => !slow.isClosed && slow.write(Uint8Array.of(0)), 50);
    await Promise.all([silent.closed, slow.closed]);
    clearInterval(drip);
    expect(served!.logged.some((message) => message.includes('too slow'))).toBe(true);
    await expectService();
  });

  it('GW-6 an idle connection ends, one whose fetch waits does not', async () => {
    await serve({ limits: { idleMs: 400 } });
    const idle = await served!.connect();
    await idle.call('ApiVersions', greeting);
    const waiting = await served!.connect();
    await waiting.call('CreateTopics', createTopic('orders'));
    const fetched = waiting.call('Fetch', fetchAll('orders', 0, 1500), 12);
    await idle.closed;
    expect((await fetched).errorCode).toBe(0);
    waiting.close();
  });

  it.skipIf(process.platform !== 'linux')('GW-13 the system looks whether a silent client is still there', async () => {
    const { port } = await serve();
    const client = await served!.connect();
    await client.call('ApiVersions', greeting);
    const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const [heading = '', ...rows] = readFileSync('/proc/self/net/tcp', 'utf8').split('\n');
    expect(heading).toContain('tr tm->when');
    const established = rows
      .map((row) => row.trim().split(/ +/))
      .filter(([, at, , state]) => at?.endsWith(local) && state === '01');
    // Timer 2 is the one of SO_KEEPALIVE.
    expect(established.map(([, , , , , timer]) => timer?.slice(0, 2))).toEqual(['02']);
    client.close();
  });

  it('GW-6 so many connections and no more; others go on', async () => {
    await serve({ maxConnections: 3 });
    const clients = await Promise.all([served!.connect(), served!.connect(), served!.connect()]);
    const late = await served!.connect();
    await late.closed;
    for (const client of clients) expect((await client.call('ApiVersions', greeting)).errorCode).toBe(0);
    clients[0].close();
    await expect.poll(() => served!.server.connectionCount).toBe(2);
    await expectService();
    for (const client of clients) client.close();
  });

  it.skipIf(outsideAddress === undefined)(
    'GW-6 so many connections of one address and no more; others go on',
    { timeout: 60_000 },
    async () => {
      const users = new Map([['alice', 'secret']]);
      await serve({ host: '0.0.0.0', users, allowPlaintext: true, maxConnectionsPerAddress: 2 });
      const outside = () => RawClient.connect(served!.port, outsideAddress);
      const clients = [await outside(), await outside()];
      await (
        await outside()
      ).closed;
      for (const client of clients) expect((await client.call('ApiVersions', greeting)).errorCode).toBe(0);
      // This machine may have as many as it likes.
      for (let count = 0; count < 3; count++) clients.push(await served!.connect());
      await expectService();
      clients[0]?.close();
      await expect.poll(() => served!.server.connectionCount).toBe(4);
      const next = await outside();
      expect((await next.call('ApiVersions', greeting)).errorCode).toBe(0);
      for (const client of [...clients, next]) client.close();
    },
  );

  it('GW-6 as many as may connect and say nothing hold up nobody, and leave room when they are cut off', async () => {
    await serve({ maxConnections: 500, limits: { firstRequestMs: 1_000 } });
    const silent = await Promise.all(Array.from({ length: 499 }, () => served!.connect()));
    await expectService();
    await Promise.all(silent.map((client) => client.closed));
    await expect.poll(() => served!.server.connectionCount).toBe(0);
    await expectService();
  });

  it('requests beyond the limit are left unread until those before them are answered', async () => {
    await serve({ limits: { maxInFlight: 3 } });
    const client = await served!.connect();
    for (let count = 0; count < 500; count++) client.send('ApiVersions', greeting);
    for (let count = 0; count < 500; count++) expect(correlationIdOf(await client.next())).toBe(count);
    client.close();
  });

  it('GW-12 who reads no answers gets no more of them, is cut off in the end, and holds up nobody', async () => {
    await serve({ limits: { maxUnsentBytes: 100_000, unsentMs: 500 } });
    const writer = await served!.connect();
    await writer.call('CreateTopics', createTopic('big'));
    for (let count = 0; count < 5; count++) await writer.call('Produce', produce('big', new Uint8Array(900_000)), 11);
    const deaf = await served!.connect();
    deaf.socket.pause();
    for (let count = 0; count < 60; count++) deaf.send('Fetch', fetchAll('big', 0), 12);
    const before = process.memoryUsage().arrayBuffers;
    await expectService();
    expect((await writer.call('Fetch', fetchAll('big', 4), 12)).errorCode).toBe(0);
    await expect.poll(() => served!.logged.join()).toContain('were not read');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000);
    writer.close();
    deaf.close();
  });

  it('the requests of all clients together stay below a limit, and all are answered', async () => {
    await serve({ limits: { maxQueuedBytes: 1_000_000 } });
    const first = await served!.connect();
    await first.call('CreateTopics', createTopic('orders'));
    const clients = await Promise.all(Array.from({ length: 10 }, () => served!.connect()));
    const answers = clients.flatMap((client) => {
      for (let count = 0; count < 5; count++) client.send('Produce', produce('orders', new Uint8Array(500_000)), 11);
      return Array.from({ length: 5 }, async () => {
        const { responses } = openResponse('Produce', 11, await client.next());
        return responses[0]?.partitionResponses[0]?.errorCode;
      });
    });
    expect(new Set(await Promise.all(answers))).toEqual(new Set([0]));
    for (const client of [first, ...clients]) client.close();
  });
});

describe('where it listens', () => {
  it('GW-16 who is gone before there is a broker ends nothing, who waits for it is answered', async () => {
    const environment = nodeEnvironment();
    const server = await KafkaServer.listen(environment, { port: 0 });
    const gone = await RawClient.connect(server.address.port);
    gone.socket.resetAndDestroy();
    const waiting = await RawClient.connect(server.address.port);
    const answer = waiting.call('ApiVersions', greeting);
    await gone.closed;
    // The connection of the one that waits is there, and that of the one before it with it.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const broker = await Broker.start(environment, { storage: new MemoryStorage() });
    server.serve(broker);
    expect((await answer).errorCode).toBe(0);
    waiting.close();
    await Promise.all([broker.stop(), server.stop(500)]);
  });

  it('GW-1 on this machine alone, if nothing else is said', async () => {
    await serve();
    expect(served!.server.address.host).toBe('127.0.0.1');
  });

  it.each([
    [{}, 'nobody would be asked who they are'],
    [{ users: new Map([['alice', 'secret']]) }, 'in plain text'],
    [{ users: new Map<string, string>(), allowPlaintext: true }, 'nobody would be asked'],
    [{ tls: { key: '', cert: '' } }, 'nobody would be asked'],
  ])('GW-1 refuses to listen to others without authentication and TLS: %#', async (options, message) => {
    await expect(ServedBroker.start({ host: '0.0.0.0', ...options })).rejects.toThrow(message);
  });

  it('the port is told if it is taken', async () => {
    await serve();
    await expect(ServedBroker.start({ port: served!.port })).rejects.toThrow('EADDRINUSE');
  });
});

describe('its end', () => {
  it('answers what was asked, then closes', async () => {
    const ending = await ServedBroker.start();
    const client = await ending.connect();
    await client.call('CreateTopics', createTopic('orders'));
    client.send('Produce', produce('orders', ascii('1')), 11);
    client.send('Fetch', fetchAll('orders', 9, 60_000), 12);
    const other = await ending.connect();
    const latest = { topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, timestamp: -1n }] }] };
    const endOf = async () =>
      (await other.call('ListOffsets', { replicaId: -1, ...latest })).topics[0]?.partitions[0]?.offset;
    await expect.poll(endOf).toBe(1n);
    const answer = client.next();
    await ending.stop();
    expect(openResponse('Produce', 11, await answer).responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
    await client.closed;
    await expect(RawClient.connect(ending.port)).rejects.toThrow('ECONNREFUSED');
  });
});

function fetchAll(topic: string, fetchOffset: number, maxWaitMs = 100) {
  return {
    maxWaitMs,
    minBytes: 1,
    maxBytes: 10_000_000,
    topics: [
      {
        topic,
        partitions: [{ partition: 0, fetchOffset: BigInt(fetchOffset), partitionMaxBytes: 1_000_000 }],
      },
    ],
  };
}
