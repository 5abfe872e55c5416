import { describe, expect, it } from 'vitest';
import type { ClientContext } from '../../../src/engine/client/broker-connection.js';
import { BrokerConnection } from '../../../src/engine/client/broker-connection.js';
import { Cluster } from '../../../src/engine/client/cluster.js';
import { Lifetime } from '../../../src/engine/client/lifetime.js';
import { Logger, logLevel } from '../../../src/engine/client/logger.js';
import { clientSoftware } from '../../../src/engine/protocol/client-software.js';
import type { Network } from '../../../src/engine/protocol/connection.js';
import { errorCode } from '../../../src/engine/protocol/errors.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import packageJson from '../../../package.json' with { type: 'json' };
import { addressOf, BrokerDouble } from './broker-double.js';
import { ManualEnvironment } from './manual-environment.js';

function contextOf(environment: ManualEnvironment, network: Network): ClientContext {
  return {
    environment,
    network,
    clientId: 'c',
    requestTimeoutMs: 1_000,
    connectionTimeoutMs: 500,
    retry: {},
    logger: new Logger(environment.clock, 'test', logLevel.NOTHING, undefined),
    lifetime: new Lifetime(environment.timers),
    onRequest: () => undefined,
  };
}

function clusterOf(environment: ManualEnvironment, network: Network): Cluster {
  return new Cluster(contextOf(environment, network), { allowAutoTopicCreation: false });
}

describe('BrokerConnection', () => {
  it('uses the highest version that both sides know', async () => {
    const environment = new ManualEnvironment();
    const broker = new BrokerDouble(environment);
    broker.versions = { Metadata: [4, 9], Produce: [0, 99] };
    const connection = await BrokerConnection.open(contextOf(environment, broker.network), addressOf(1));
    expect(connection.versionOf('Metadata')).toBe(9);
    expect(connection.versionOf('Produce')).toBe(13);
    expect(connection.versionOf('Produce', 12)).toBe(12);
    await connection.send('Metadata', { topics: null });
    expect(broker.requests('Metadata')[0]?.version).toBe(9);
  });

  it('says which versions there are when none is common', async () => {
    const environment = new ManualEnvironment();
    const broker = new BrokerDouble(environment);
    broker.versions = { Produce: [0, 2] };
    const connection = await BrokerConnection.open(contextOf(environment, broker.network), addressOf(1));
    expect(() => connection.versionOf('Produce')).toThrow(
      'Produce needs a version from 3 to 13, but the broker at node-1:9092 serves versions 0 to 2.',
    );
    await expect(connection.send('Produce', { acks: 1, timeoutMs: 1, topicData: [] })).rejects.toMatchObject({
      code: 'UNSUPPORTED_VERSION',
    });
  });

  it('KIP-511: asks again in the version that an older broker names', async () => {
    const environment = new ManualEnvironment();
    const broker = new BrokerDouble(environment);
    broker.versions = { ApiVersions: [0, 2] };
    broker.next('ApiVersions', () => ({
      errorCode: errorCode('UNSUPPORTED_VERSION'),
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 2 }],
    }));
    await BrokerConnection.open(contextOf(environment, broker.network), addressOf(1));
    expect(broker.requests('ApiVersions').map(({ version }) => version)).toEqual([4, 2]);
  });

  it('says what it is, in the version of the package', async () => {
    const environment = new ManualEnvironment();
    const broker = new BrokerDouble(environment);
    await BrokerConnection.open(contextOf(environment, broker.network), addressOf(1));
    expect(clientSoftware.version).toBe(packageJson.version);
    expect(broker.requests('ApiVersions')[0]?.request).toEqual({
      clientSoftwareName: 'partita',
      clientSoftwareVersion: packageJson.version,
    });
  });

  it('gives up a connection that is not accepted in time, and closes one that comes too late', async () => {
    const environment = new ManualEnvironment();
    const broker = new BrokerDouble(environment);
    const late = broker.network.connect(addressOf(1)).then((connection) => connection);
    const network: Network = {
      bootstrap: [addressOf(1)],
      connect: async () => {
        await new Promise<void>((resolve) => environment.timers.set(600, resolve));
        return await late;
      },
    };
    const opening = BrokerConnection.open(contextOf(environment, network), addressOf(1));
    await expect(environment.outcome(opening)).rejects.toMatchObject({ code: 'REQUEST_TIMED_OUT' });
    await environment.advance(200);
    expect((await (await late).closed).reason).toBe('closed');
  });
});

describe('Cluster', () => {
  it('finds the first bootstrap broker that answers', async () => {
    const environment = new ManualEnvironment();
    const broker = new BrokerDouble(environment);
    const cluster = clusterOf(environment, {
      bootstrap: [{ host: 'nobody', port: 1 }, addressOf(1)],
      connect: (address) => broker.network.connect(address),
    });
    await environment.outcome(cluster.connect());
    expect([...cluster.metadata.brokers]).toEqual([[1, addressOf(1)]]);
  });

  it('retries with growing waits, then rejects with what was tried', async () => {
    const environment = new ManualEnvironment();
    const at: number[] = [];
    const cluster = clusterOf(environment, {
      bootstrap: [addressOf(1)],
      connect: () => {
        at.push(environment.clock.now());
        return Promise.reject(new KafkaError('NETWORK_EXCEPTION', 'refused'));
      },
    });
    await expect(environment.outcome(cluster.connect())).rejects.toMatchObject({
      code: 'NETWORK_EXCEPTION',
      message: 'None of node-1:9092 could be reached. Check that a broker runs there. Of the last one: refused',
      cause: { message: 'refused' },
    });
    const waits = at.slice(1).map((time, index) => time - (at[index] as number));
    expect(waits).toHaveLength(5);
    waits.forEach((wait, index) => {
      expect(wait).toBeGreaterThanOrEqual(300 * 2 ** index * 0.8);
      expect(wait).toBeLessThanOrEqual(300 * 2 ** index * 1.2);
    });
  });

  it('does not retry what can not get better', async () => {
    const environment = new ManualEnvironment();
    let attempts = 0;
    const cluster = clusterOf(environment, {
      bootstrap: [addressOf(1)],
      connect: () => {
        attempts++;
        return Promise.reject(new KafkaError('BROKER_NOT_AVAILABLE', 'The worker is gone.'));
      },
    });
    await expect(environment.outcome(cluster.connect())).rejects.toMatchObject({ message: 'The worker is gone.' });
    expect(attempts).toBe(1);
  });

  it('asks once for metadata that several wait for', async () => {
    const environment = new ManualEnvironment();
    const broker = new BrokerDouble(environment, { topics: { orders: 1 } });
    const cluster = clusterOf(environment, broker.network);
    await environment.outcome(Promise.all([1, 2, 3].map(() => cluster.load(['orders']))));
    expect(broker.requests('Metadata')).toHaveLength(1);
  });

  it('forgets a topic that was deleted', async () => {
    const environment = new ManualEnvironment();
    const broker = new BrokerDouble(environment, { topics: { orders: 1, payments: 1 } });
    const cluster = clusterOf(environment, broker.network);
    await environment.outcome(cluster.refresh(null));
    broker.logs.delete('orders');
    await environment.outcome(cluster.refresh(null));
    expect([...cluster.metadata.topics.keys()]).toEqual(['payments']);
    broker.logs.delete('payments');
    await environment.outcome(cluster.refresh(['payments']));
    expect([...cluster.metadata.topics.keys()]).toEqual([]);
  });

  it('keeps a connection for each purpose, and opens a new one for one that was lost', async () => {
    const environment = new ManualEnvironment();
    const broker = new BrokerDouble(environment);
    const cluster = clusterOf(environment, broker.network);
    await environment.outcome(cluster.connect());
    const requests = await cluster.connectionTo(1);
    expect(await cluster.connectionTo(1)).toBe(requests);
    expect(await cluster.connectionTo(1, 'fetch')).not.toBe(requests);
    broker.network.disconnect();
    await environment.advance(0);
    expect(await cluster.connectionTo(1)).not.toBe(requests);
  });

  it('disconnect rejects what waits', async () => {
    const environment = new ManualEnvironment();
    const broker = new BrokerDouble(environment);
    const cluster = clusterOf(environment, broker.network);
    broker.next('Metadata', () => new Promise(() => {}));
    const connecting = cluster.connect();
    await environment.advance(10);
    cluster.disconnect(new KafkaError('INVALID_REQUEST', 'over'));
    await expect(connecting).rejects.toMatchObject({ message: 'over' });
    await environment.advance(0);
    expect(environment.pendingTimers).toBe(0);
  });
});
