import { readFileSync } from 'node:fs';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { Kafka } from '../../../../src/engine/client/kafka.js';
import { FailedLogins } from '../../../../src/engine/platform/node/failed-logins.js';
import { nodeEnvironment } from '../../../../src/engine/platform/node/node-environment.js';
import { TcpNetwork, type TcpNetworkOptions } from '../../../../src/engine/platform/node/tcp-network.js';
import { errorCode } from '../../../../src/engine/protocol/errors.js';
import { sized } from '../../../../src/engine/wire/frames.js';
import { outsideAddress } from './outside-address.js';
import { RawClient } from './raw-client.js';
import { ServedBroker } from './served-broker.js';

const users = new Map([
  ['alice', 'secret'],
  ['bob', 'hidden'],
]);
const certificate = (name: string) => readFileSync(new URL(`./certificates/${name}`, import.meta.url));
const serverTls = { key: certificate('server.key'), cert: certificate('server.pem') };
const greeting = { clientSoftwareName: 'raw', clientSoftwareVersion: '1' };
const plain = (name: string, password: string) => new TextEncoder().encode(`\0${name}\0${password}`);

let served: ServedBroker | undefined;
const serve = async (options: Parameters<typeof ServedBroker.start>[0] = {}) =>
  (served = await ServedBroker.start(options));
afterEach(async () => {
  await served?.stop();
  served = undefined;
});

async function listTopics(options: Partial<TcpNetworkOptions>): Promise<string[]> {
  const environment = nodeEnvironment();
  const network = new TcpNetwork(environment, { brokers: [served!.bootstrap], ...options });
  const admin = new Kafka(environment, { network, retry: { retries: 0 } }).admin();
  await admin.connect();
  try {
    return await admin.listTopics();
  } finally {
    await admin.disconnect();
  }
}

describe('a listener with users', () => {
  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('serves who authenticates by %s', async (mechanism) => {
    await serve({ users });
    expect(await listTopics({ sasl: { mechanism, username: 'alice', password: 'secret' } })).toEqual([]);
  });

  it('refuses a wrong password with an error that is not tried again', async () => {
    await serve({ users });
    const attempt = listTopics({ sasl: { mechanism: 'scram-sha-256', username: 'alice', password: 'wrong' } });
    await expect(attempt).rejects.toMatchObject({ code: 'SASL_AUTHENTICATION_FAILED', retriable: false });
  });

  it('GW-7 ends a connection that asks for anything else first', async () => {
    await serve({ users });
    const client = await served!.connect();
    expect((await client.call('ApiVersions', greeting)).errorCode).toBe(0);
    client.send('Metadata', { topics: null });
    await client.closed;
    expect(await listTopics({ sasl: { mechanism: 'plain', username: 'bob', password: 'hidden' } })).toEqual([]);
  });

  it('GW-7 takes small requests, and few of them, before that', async () => {
    await serve({ users });
    const large = await served!.connect();
    large.write(Uint8Array.of(0, 0, 0x40, 1));
    await large.closed;
    const many = await served!.connect();
    for (let count = 0; count < 6; count++) many.send('ApiVersions', greeting);
    await many.closed;
  });

  it('GW-7 gives ten seconds for it, or what it is told', async () => {
    await serve({ users, limits: { authenticationMs: 200 } });
    const client = await served!.connect();
    await client.call('ApiVersions', greeting);
    await client.closed;
  });

  it('GW-8 an unknown mechanism is told which there are, and the connection ends', async () => {
    await serve({ users, mechanisms: ['SCRAM-SHA-512'] });
    for (const mechanism of ['GSSAPI', 'PLAIN']) {
      const client = await served!.connect();
      const answer = await client.call('SaslHandshake', { mechanism });
      expect(answer).toEqual({ errorCode: errorCode('UNSUPPORTED_SASL_MECHANISM'), mechanisms: ['SCRAM-SHA-512'] });
      await client.closed;
    }
  });

  it.skipIf(outsideAddress === undefined)(
    'GW-8 PLAIN is not offered to other machines without TLS, and with TLS it is',
    async () => {
      const mechanisms = async (options: Parameters<typeof ServedBroker.start>[0]) => {
        await serve({ host: '0.0.0.0', users, ...options });
        const offered: (readonly string[])[] = [];
        for (const host of ['127.0.0.1', outsideAddress!]) {
          const client =
            options?.tls === undefined
              ? await RawClient.connect(served!.port, host)
              : RawClient.on(connectTls({ port: served!.port, host, rejectUnauthorized: false }));
          offered.push((await client.call('SaslHandshake', { mechanism: 'GSSAPI' })).mechanisms);
          await client.closed;
        }
        await served!.stop();
        return offered;
      };
      const scram = ['SCRAM-SHA-512', 'SCRAM-SHA-256'];
      expect(await mechanisms({ allowPlaintext: true })).toEqual([[...scram, 'PLAIN'], scram]);
      expect(await mechanisms({ tls: serverTls })).toEqual([
        [...scram, 'PLAIN'],
        [...scram, 'PLAIN'],
      ]);
    },
  );

  it('GW-8 whoever fails waits longer each time', async () => {
    const environment = nodeEnvironment();
    const waits: number[] = [];
    const set = (delayMs: number, callback: () => void) => {
      waits.push(delayMs);
      return environment.timers.set(delayMs, callback);
    };
    await serve({ users, environment: { ...environment, timers: { set } } });
    const wait = new FailedLogins({ now: () => 0 });
    for (let attempt = 0; attempt < 4; attempt++) {
      const client = await served!.connect();
      await client.call('SaslHandshake', { mechanism: 'PLAIN' });
      waits.length = 0;
      const answer = await client.call('SaslAuthenticate', { authBytes: plain('alice', 'wrong') });
      expect(answer.errorCode).toBe(errorCode('SASL_AUTHENTICATION_FAILED'));
      expect(waits).toContain(wait.delayFor('127.0.0.1'));
      await client.closed;
    }
  });

  it('GW-8 nobody becomes another later: a second login is refused as Kafka does', async () => {
    await serve({ users });
    const client = await served!.connect();
    await client.call('SaslHandshake', { mechanism: 'PLAIN' });
    expect((await client.call('SaslAuthenticate', { authBytes: plain('alice', 'secret') })).errorCode).toBe(0);
    const again = await client.call('SaslHandshake', { mechanism: 'PLAIN' });
    expect(again.errorCode).toBe(errorCode('ILLEGAL_SASL_STATE'));
    const other = await client.call('SaslAuthenticate', { authBytes: plain('bob', 'hidden') });
    expect(other.errorCode).toBe(errorCode('ILLEGAL_SASL_STATE'));
    client.close();
  });

  it('SaslAuthenticate without a handshake is refused', async () => {
    await serve({ users });
    const client = await served!.connect();
    const answer = await client.call('SaslAuthenticate', { authBytes: plain('alice', 'secret') });
    expect(answer.errorCode).toBe(errorCode('ILLEGAL_SASL_STATE'));
    await client.closed;
  });

  it('takes bare tokens after version 0 of the handshake, as old clients send them', async () => {
    await serve({ users });
    const client = await served!.connect();
    await client.call('SaslHandshake', { mechanism: 'PLAIN' }, 0);
    client.write(sized(plain('alice', 'secret')));
    expect(await client.next()).toEqual(new Uint8Array(0));
    expect((await client.call('Metadata', { topics: null })).brokers).toHaveLength(1);
    const refused = await served!.connect();
    await refused.call('SaslHandshake', { mechanism: 'PLAIN' }, 0);
    refused.write(sized(plain('alice', 'wrong')));
    await refused.closed;
    client.close();
  });

  it('tells no password and no token to the log', async () => {
    await serve({ users });
    await listTopics({ sasl: { mechanism: 'plain', username: 'alice', password: 'canary' } }).catch(() => undefined);
    expect(served!.logged.join('\n')).not.toMatch(/canary|secret|hidden/);
  });
});

describe('a listener with TLS', () => {
  const ca = certificate('ca.pem');

  it('serves who trusts its certificate, with and without SASL', async () => {
    await serve({ tls: serverTls, users });
    const sasl = { mechanism: 'plain', username: 'alice', password: 'secret' } as const;
    expect(await listTopics({ ssl: { ca }, sasl })).toEqual([]);
  });

  it('GW-17 a client does not talk to whom it does not trust', async () => {
    await serve({ tls: serverTls });
    await expect(listTopics({ ssl: true })).rejects.toThrow(/certificate/);
    await expect(listTopics({ ssl: { ca: certificate('other-ca.pem') } })).rejects.toThrow(/certificate/);
  });

  it('GW-17 knows its clients by their certificates, if it is told who signs them', async () => {
    await serve({ tls: { ...serverTls, clientCa: ca } });
    const known = { ca, key: certificate('client.key'), cert: certificate('client.pem') };
    expect(await listTopics({ ssl: known })).toEqual([]);
    const stranger = { ca, key: certificate('stranger.key'), cert: certificate('stranger.pem') };
    await expect(listTopics({ ssl: stranger })).rejects.toThrow();
    await expect(listTopics({ ssl: { ca } })).rejects.toThrow();
    expect(await listTopics({ ssl: known })).toEqual([]);
  });

  it('GW-17 speaks no TLS before 1.2', async () => {
    await serve({ tls: serverTls });
    const socket = connectTls({
      port: served!.port,
      host: '127.0.0.1',
      ca,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
    });
    await expect(
      new Promise((resolve, reject) => {
        socket.once('secureConnect', resolve);
        socket.once('error', reject);
      }),
    ).rejects.toThrow();
    socket.destroy();
  });

  it('who has not gone through TLS does not keep it from ending', async () => {
    await serve({ tls: serverTls, limits: { firstRequestMs: 600_000 } });
    const silent = await served!.connect();
    await served!.stop();
    await silent.closed;
  });

  it('plaintext on it is closed', async () => {
    await serve({ tls: serverTls });
    const client = await served!.connect();
    client.send('ApiVersions', greeting);
    await client.closed;
    expect(client.frames).toEqual([]);
  });

  it('a client that asks for TLS where there is none is told so', async () => {
    await serve();
    await expect(listTopics({ ssl: { ca } })).rejects.toThrow('could be reached');
    expect(served!.logged.join()).toContain('looks like TLS');
    const raw = await RawClient.connect(served!.port);
    expect((await raw.call('ApiVersions', greeting)).errorCode).toBe(0);
    raw.close();
  });
});
