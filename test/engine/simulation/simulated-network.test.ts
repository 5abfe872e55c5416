import { expect, test } from 'vitest';
import { sleep } from '../../../src/engine/environment/environment.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import {
  apis,
  completeResponse,
  type ApiName,
  type RequestOf,
  type ResponseOf,
} from '../../../src/engine/protocol/apis.js';
import type { Call, Connection, RequestContext, RequestHandler } from '../../../src/engine/protocol/connection.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import { brokerAddress, World } from '../../../src/engine/simulation/world.js';

/** Answers Heartbeat with the generation as its throttle time, after as many milliseconds as the generation says; notes what it sees. */
class Echo implements RequestHandler {
  readonly seen: string[] = [];
  readonly gone: string[] = [];
  readonly produced: Uint8Array[] = [];
  produceError = 0;

  constructor(private readonly world: World) {}

  async handle<Api extends ApiName>(
    context: RequestContext,
    call: Call<Api>,
    request: RequestOf<Api>,
  ): Promise<ResponseOf<Api>> {
    if (call.api === 'Produce') return this.produce(request as RequestOf<'Produce'>);
    const { generationId, memberId } = request as RequestOf<'Heartbeat'>;
    this.seen.push(`${context.requestId} ${memberId} ${generationId}`);
    if (memberId === 'refused') throw new KafkaError('UNKNOWN_MEMBER_ID');
    if (memberId === 'defect') throw new TypeError('a defect');
    await sleep(this.world.environment('broker').timers, generationId);
    return completeResponse('Heartbeat', { errorCode: 0, throttleTimeMs: generationId });
  }

  disconnected(connectionId: string): void {
    this.gone.push(connectionId);
  }

  private produce(request: RequestOf<'Produce'>): ResponseOf<'Produce'> {
    const { name, partitionData } = request.topicData[0] as (typeof request.topicData)[number];
    this.produced.push(partitionData[0]?.records as Uint8Array);
    const partitionResponses = [{ index: 0, errorCode: this.produceError, baseOffset: 0n }];
    return completeResponse('Produce', { responses: [{ name, partitionResponses }] });
  }
}

async function connected(seed = 'a seed'): Promise<{ world: World; echo: Echo; connection: Connection }> {
  const world = new World({ seed, settle, startMs: 0 });
  const echo = new Echo(world);
  world.listen('broker', echo);
  return { world, echo, connection: await world.outcome(world.network('client').connect(brokerAddress)) };
}

const heartbeat = { api: 'Heartbeat', version: 4, clientId: 'client' } as const;
const beat = (connection: Connection, generationId: number, memberId = 'member', timeoutMs?: number) =>
  connection.send(
    { ...heartbeat, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
    { groupId: 'g', generationId, memberId },
  );
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no rejection',
    (error: unknown) => error,
  );
const produceVersion = apis.Produce.validVersions.min;
const produce = (connection: Connection, acks: number, records: Uint8Array) =>
  connection.send(
    { api: 'Produce', version: produceVersion, clientId: 'client' },
    { acks, timeoutMs: 1000, topicData: [{ name: 't', partitionData: [{ index: 0, records }] }] },
  );

test('a round trip takes 2 to 10 ms, drawn from the seed', async () => {
  const times = new Set<number>();
  for (let seed = 0; seed < 60; seed++) {
    const { world, connection } = await connected(String(seed));
    const from = world.now;
    await world.outcome(beat(connection, 0));
    times.add(world.now - from);
  }
  expect(Math.min(...times)).toBe(2);
  expect(Math.max(...times)).toBe(10);
});

test('requests of one connection are handled one after the other and answered in order', async () => {
  const { world, echo, connection } = await connected();
  const answers: number[] = [];
  const all = [40, 0, 20].map(async (generation) => {
    const { throttleTimeMs } = await beat(connection, generation);
    answers.push(throttleTimeMs);
  });
  await world.outcome(Promise.all(all));
  expect(answers).toEqual([40, 0, 20]);
  expect(echo.seen).toEqual([
    'request:client-0:0 member 40',
    'request:client-0:1 member 0',
    'request:client-0:2 member 20',
  ]);
});

test('a refusal of the broker reaches the caller as its KafkaError', async () => {
  const { world, connection } = await connected();
  const refusal = await world.outcome(rejection(beat(connection, 0, 'refused')));
  expect(refusal).toMatchObject({ name: 'KafkaError', code: 'UNKNOWN_MEMBER_ID' });
});

test('a defect of the broker fails the run', async () => {
  const { world, connection } = await connected();
  void rejection(beat(connection, 0, 'defect'));
  await expect(world.advanceBy(100)).rejects.toMatchObject({ cause: new TypeError('a defect') });
});

test('bytes are copied where they cross', async () => {
  const { world, echo, connection } = await connected();
  const records = Uint8Array.of(1, 2, 3);
  const sending = produce(connection, -1, records);
  records.fill(9);
  await world.outcome(sending);
  expect([...(echo.produced[0] as Uint8Array)]).toEqual([1, 2, 3]);
});

test('a produce with acks 0 is answered at once; if it fails the broker closes the connection', async () => {
  const { world, echo, connection } = await connected();
  const before = world.now;
  await world.outcome(produce(connection, 0, Uint8Array.of(1)));
  expect(world.now).toBe(before);
  await world.advanceBy(20);
  expect(echo.produced).toHaveLength(1);
  echo.produceError = 3;
  await world.outcome(produce(connection, 0, Uint8Array.of(2)));
  expect(await world.outcome(connection.closed)).toMatchObject({ reason: 'peer-closed' });
});

test('a request that is not answered in time is rejected and its late answer ignored', async () => {
  const { world, connection } = await connected();
  const from = world.now;
  const error = await world.outcome(rejection(beat(connection, 500, 'member', 100)));
  expect(error).toMatchObject({ code: 'REQUEST_TIMED_OUT' });
  expect(world.now - from).toBe(100);
  expect(await world.outcome(beat(connection, 1))).toMatchObject({ throttleTimeMs: 1 });
});

test('dropped connections are lost on both sides at once, and what was under way with them', async () => {
  const { world, echo, connection } = await connected();
  const waiting = rejection(beat(connection, 0));
  world.dropConnections('someone else');
  expect(echo.gone).toEqual([]);
  world.dropConnections('client');
  expect(echo.gone).toEqual(['client-0']);
  expect(await world.outcome(waiting)).toMatchObject({ code: 'NETWORK_EXCEPTION' });
  expect(await world.outcome(connection.closed)).toMatchObject({ reason: 'lost' });
  await world.advanceBy(100);
  expect(echo.seen).toEqual([]);
  expect(await world.outcome(rejection(beat(connection, 0)))).toMatchObject({ code: 'NETWORK_EXCEPTION' });
});

test('a client that is cut off cannot connect until it is healed', async () => {
  const { world, connection } = await connected();
  world.cutOff('client');
  expect(await world.outcome(connection.closed)).toMatchObject({ reason: 'lost' });
  const network = world.network('client');
  expect(await world.outcome(rejection(network.connect(brokerAddress)))).toMatchObject({ code: 'NETWORK_EXCEPTION' });
  world.heal('client');
  expect((await world.outcome(network.connect(brokerAddress))).id).toBe('client-2');
});

test('where nobody listens there is no connection', async () => {
  const { world } = await connected();
  const elsewhere = rejection(world.network('client').connect({ host: 'elsewhere', port: 1 }));
  expect(await world.outcome(elsewhere)).toMatchObject({ code: 'NETWORK_EXCEPTION' });
});

test('a client that closes is told at once, the broker after what was sent before', async () => {
  const { world, echo, connection } = await connected();
  const waiting = rejection(beat(connection, 0));
  connection.close();
  expect(await world.outcome(waiting)).toMatchObject({ code: 'NETWORK_EXCEPTION' });
  expect(await world.outcome(connection.closed)).toMatchObject({ reason: 'closed' });
  expect(echo.gone).toEqual([]);
  await world.advanceBy(20);
  expect(echo.seen).toHaveLength(1);
  expect(echo.gone).toEqual(['client-0']);
});

test('of a crashed client the broker sees the lost connection, and the client sees nothing', async () => {
  const { world, echo, connection } = await connected();
  let settled = false;
  void rejection(beat(connection, 50)).then(() => (settled = true));
  void connection.closed.then(() => (settled = true));
  await world.advanceBy(10);
  world.crash('client');
  await world.advanceBy(500);
  expect(echo.gone).toEqual(['client-0']);
  expect(settled).toBe(false);
});

test('of a crashed broker the clients see lost connections, and its handler hears nothing more', async () => {
  const { world, echo, connection } = await connected();
  const waiting = rejection(beat(connection, 50));
  await world.advanceBy(10);
  world.crash('broker');
  expect(await world.outcome(waiting)).toMatchObject({ code: 'NETWORK_EXCEPTION' });
  expect(await world.outcome(connection.closed)).toMatchObject({ reason: 'lost' });
  expect(echo.gone).toEqual([]);
  const next = new Echo(world);
  world.listen('broker', next);
  const again = await world.outcome(world.network('client').connect(brokerAddress));
  await world.outcome(beat(again, 1));
  expect(next.seen).toHaveLength(1);
  expect(echo.seen).toHaveLength(1);
});
