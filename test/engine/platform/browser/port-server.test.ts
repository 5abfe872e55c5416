import { afterEach, describe, expect, it } from 'vitest';
import { PortServer } from '../../../../src/engine/platform/browser/port-server.js';
import { PortNetwork } from '../../../../src/engine/platform/browser/port-network.js';
import type { ToClient } from '../../../../src/engine/platform/browser/port-messages.js';
import type { ApiName, ResponseOf } from '../../../../src/engine/protocol/apis.js';
import type { Call, Connection, RequestHandler } from '../../../../src/engine/protocol/connection.js';
import { InProcessNetwork } from '../../../../src/engine/protocol/in-process-network.js';
import { ManualEnvironment } from '../../client/manual-environment.js';

const address = { host: 'worker', port: 0 };
const heartbeat = { api: 'Heartbeat', version: 4, clientId: 'c' } as const;
const beat = (generationId: number) => ({ groupId: 'g', generationId, memberId: 'm' });

/** A broker that notes what it is asked, and answers unless it is told to wait. */
class NotingBroker implements RequestHandler {
  readonly asked: unknown[] = [];
  waits = false;
  private readonly waiting: (() => void)[] = [];

  async handle<Api extends ApiName>(_: unknown, call: Call<Api>, request: unknown): Promise<ResponseOf<Api>> {
    this.asked.push(call.api === 'Heartbeat' ? (request as { generationId: number }).generationId : call.api);
    if (this.waits) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return { throttleTimeMs: 0, errorCode: 0 } as unknown as ResponseOf<Api>;
  }

  disconnected(): void {}

  goOn(): void {
    this.waits = false;
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

const noTransfers = {
  exportTopics: () => Promise.reject(new Error('Nothing is exported here.')),
  importTopics: () => Promise.reject(new Error('Nothing is imported here.')),
};

interface Bench {
  readonly broker: NotingBroker;
  readonly server: PortServer;
  readonly network: InProcessNetwork;
}

function bench(): Bench {
  const broker = new NotingBroker();
  const network = new InProcessNetwork({ brokers: [{ address, handler: broker }] });
  return {
    broker,
    network,
    server: new PortServer(network, { service: noTransfers, timers: new ManualEnvironment().timers }),
  };
}

const ports: MessagePort[] = [];
afterEach(() => ports.splice(0).forEach((port) => port.close()));

/** A port whose other end is served, for a test that writes its own messages; `heard` is what comes back. */
async function rawPort({ server }: Bench): Promise<{ port: MessagePort; heard: ToClient[] }> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1);
  const heard: ToClient[] = [];
  port1.onmessage = ({ data }: MessageEvent<ToClient>) => heard.push(data);
  await server.serve(port2);
  return { port: port1, heard };
}

function request(number: number, more: object = {}): object {
  return { kind: 'request', number, ...heartbeat, request: beat(number), ...more };
}

const kinds = (heard: readonly ToClient[]) =>
  heard.map((message) => ('number' in message ? `${message.kind} ${message.number}` : message.kind));

async function connect({ server }: Bench): Promise<Connection> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1);
  const network = new PortNetwork(new ManualEnvironment(), () =>
    Promise.resolve({ port: port1, onLost: () => () => {} }),
  );
  const connecting = network.connect();
  await server.serve(port2);
  return connecting;
}

describe('ENG-5 messages that come twice or in another order', () => {
  it('are each taken once, in the order in which they were sent', async () => {
    const all = bench();
    const { port, heard } = await rawPort(all);
    for (const number of [1, 1, 0, 0, 3, 2, 1, 4, 4]) port.postMessage(request(number));
    await expect.poll(() => kinds(heard)).toContain('response 4');
    expect(all.broker.asked).toEqual([0, 1, 2, 3, 4]);
    expect(kinds(heard)).toEqual(['connected', ...[0, 1, 2, 3, 4].map((number) => `response ${number}`)]);
  });
});

describe('MSG-3 what makes no sense', () => {
  it.each([
    ['no message', 'hello'],
    ['an unknown kind', { kind: 'shutdown' }],
    ['an unknown API', request(0, { api: 'constructor' })],
    ['a number that is none', request(-1)],
    ['a version that is none', request(0, { version: '4' })],
  ])('is left alone, and does no harm: %s', async (_, message) => {
    const all = bench();
    const { port, heard } = await rawPort(all);
    port.postMessage(message);
    port.postMessage(request(0));
    await expect.poll(() => kinds(heard)).toEqual(['connected', 'response 0']);
    expect(all.broker.asked).toEqual([0]);
  });

  it('in a request is answered with INVALID_REQUEST and never reaches the broker', async () => {
    const all = bench();
    const { port, heard } = await rawPort(all);
    port.postMessage(request(0, { request: { ...beat(0), groupId: { toString: 'g' } } }));
    await expect.poll(() => kinds(heard)).toEqual(['connected', 'error 0']);
    expect(heard[1]).toMatchObject({
      error: { code: 'INVALID_REQUEST', message: expect.stringContaining('Heartbeat.groupId') as string },
    });
    expect(all.broker.asked).toEqual([]);
  });

  it('ten times ends the connection; others go on', async () => {
    const all = bench();
    const { port, heard } = await rawPort(all);
    const other = await connect(all);
    for (let times = 0; times < 10; times++) port.postMessage({ kind: 'nonsense' });
    port.postMessage(request(0));
    await expect.poll(() => kinds(heard)).toEqual(['connected', 'closed']);
    await other.send(heartbeat, beat(7));
    expect(all.broker.asked).toEqual([7]);
  });
});

describe('MSG-6 a flood', () => {
  it('of a client of ours waits at the client: at most 100 requests are on their way', async () => {
    const all = bench();
    const connection = await connect(all);
    all.broker.waits = true;
    const sent = Array.from({ length: 1_000 }, (_, number) => connection.send(heartbeat, beat(number)));
    await expect.poll(() => all.broker.asked.length).toBe(1);
    all.broker.goOn();
    await Promise.all(sent);
    expect(all.broker.asked).toEqual(sent.map((_, number) => number));
  });

  it('of anybody else ends the connection; others are served', async () => {
    const all = bench();
    const { port, heard } = await rawPort(all);
    const other = await connect(all);
    all.broker.waits = true;
    for (let number = 0; number < 5_000; number++) port.postMessage(request(number));
    await expect.poll(() => kinds(heard)).toContain('closed');
    all.broker.goOn();
    await other.send(heartbeat, beat(-1));
    expect(all.broker.asked).toEqual([0, -1]);
  });

  it('of requests that want no answer goes no faster than they are taken', async () => {
    const { network, broker } = bench();
    const connection = await network.connect(address);
    broker.waits = true;
    const unanswered = { api: 'Produce', version: 12, clientId: 'c' } as const;
    const produce = { acks: 0, timeoutMs: 0, topicData: [] };
    await connection.send(unanswered, produce);
    let isTaken = false;
    const second = connection.send(unanswered, produce).then(() => (isTaken = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isTaken).toBe(false);
    broker.goOn();
    await second;
  });
});

describe('a server that drains', () => {
  it('answers what it has taken and takes nothing more: for the client that is lost with the connection', async () => {
    const all = bench();
    const connection = await connect(all);
    all.broker.waits = true;
    const taken = connection.send(heartbeat, beat(1));
    await expect.poll(() => all.broker.asked).toEqual([1]);
    all.server.drain();
    const late = connection.send(heartbeat, beat(2)).catch((error: unknown) => error);
    await new Promise((resolve) => setImmediate(resolve));
    all.broker.goOn();
    expect(await taken).toMatchObject({ errorCode: 0 });
    all.network.disconnect();
    expect(await late).toMatchObject({ code: 'NETWORK_EXCEPTION', retriable: true });
    expect(await connection.closed).toMatchObject({ reason: 'peer-closed' });
    expect(all.broker.asked).toEqual([1]);
  });
});
