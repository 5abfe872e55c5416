import { describe, expect, it } from 'vitest';
import type { Timers } from '../../../src/engine/environment/environment.js';
import type { ApiName, CompleteRequestOf, RequestOf, ResponseOf } from '../../../src/engine/protocol/apis.js';
import type { Call, Connection, RequestContext, RequestHandler } from '../../../src/engine/protocol/connection.js';
import { InProcessNetwork } from '../../../src/engine/protocol/in-process-network.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';

const address = { host: 'broker', port: 9092 };

interface Arrived {
  readonly context: RequestContext;
  readonly call: Call<ApiName>;
  readonly request: unknown;
  readonly answer: (response: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** A broker that answers when it is told to. */
class HeldBroker implements RequestHandler {
  readonly arrived: Arrived[] = [];
  readonly gone: string[] = [];

  handle<Api extends ApiName>(
    context: RequestContext,
    call: Call<Api>,
    request: RequestOf<Api>,
  ): Promise<ResponseOf<Api>> {
    return new Promise((resolve, reject) => {
      const answer = (response: unknown): void => resolve(response as ResponseOf<Api>);
      this.arrived.push({ context, call, request, answer, fail: reject });
    });
  }

  disconnected(connectionId: string): void {
    this.gone.push(connectionId);
  }
}

/** Timers that fire when they are told to. */
class HeldTimers implements Timers {
  readonly waiting = new Map<object, { readonly delayMs: number; readonly callback: () => void }>();

  set(delayMs: number, callback: () => void) {
    const handle = { cancel: () => void this.waiting.delete(handle) };
    this.waiting.set(handle, { delayMs, callback });
    return handle;
  }
}

async function connected(
  timers?: Timers,
): Promise<{ broker: HeldBroker; network: InProcessNetwork; connection: Connection }> {
  const broker = new HeldBroker();
  const network = new InProcessNetwork({
    environment: timers && { timers },
    brokers: [{ address, handler: broker }],
    name: 'test',
  });
  return { broker, network, connection: await network.connect(address) };
}

const heartbeat = { api: 'Heartbeat', version: 4, clientId: 'c' } as const;
const beat = { groupId: 'g', generationId: 1, memberId: 'm' };
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('requests', () => {
  it('arrive complete, under the name of their connection and number', async () => {
    const { broker, connection } = await connected();
    const sent = connection.send(heartbeat, beat);
    await settled();
    expect(broker.arrived).toMatchObject([
      {
        context: { connectionId: 'test-0', requestId: 'request:test-0:0' },
        call: heartbeat,
        request: { ...beat, groupInstanceId: null },
      },
    ]);
    broker.arrived[0]?.answer({ throttleTimeMs: 0, errorCode: 27 });
    expect(await sent).toEqual({ throttleTimeMs: 0, errorCode: 27 });
  });

  it('of one connection are handled one after the other, and answered in order', async () => {
    const { broker, connection } = await connected();
    const order: number[] = [];
    const all = [0, 1, 2].map((index) => connection.send(heartbeat, beat).then(() => order.push(index)));
    for (let handled = 0; handled < 3; handled++) {
      await settled();
      expect(broker.arrived).toHaveLength(handled + 1);
      broker.arrived[handled]?.answer({ errorCode: 0 });
    }
    await Promise.all(all);
    expect(order).toEqual([0, 1, 2]);
  });

  it('of two connections do not wait for each other', async () => {
    const { broker, network, connection } = await connected();
    const other = await network.connect(address);
    const first = connection.send(heartbeat, beat);
    const second = other.send(heartbeat, beat);
    await settled();
    broker.arrived[1]?.answer({ errorCode: 2 });
    expect(await second).toMatchObject({ errorCode: 2 });
    broker.arrived[0]?.answer({ errorCode: 1 });
    expect(await first).toMatchObject({ errorCode: 1 });
  });

  it('of a version that the API does not have are refused', async () => {
    const { broker, connection } = await connected();
    await expect(connection.send({ ...heartbeat, version: 5 }, beat)).rejects.toMatchObject({
      code: 'UNSUPPORTED_VERSION',
    });
    await settled();
    expect(broker.arrived).toHaveLength(0);
  });

  it('share no bytes with their sender, nor do answers with the broker', async () => {
    const { broker, connection } = await connected();
    const records = new Uint8Array([1, 2, 3]);
    const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }];
    const produced = connection.send(
      { api: 'Produce', version: 9, clientId: null },
      { acks: -1, timeoutMs: 1, topicData },
    );
    const fetched = connection.send(
      { api: 'Fetch', version: 12, clientId: null },
      { maxWaitMs: 1, minBytes: 1, topics: [] },
    );
    records.fill(9);
    await settled();
    const arrived = broker.arrived[0]?.request as CompleteRequestOf<'Produce'>;
    expect(arrived.topicData[0]?.partitionData[0]?.records).toEqual(new Uint8Array([1, 2, 3]));
    broker.arrived[0]?.answer({ responses: [] });
    await produced;
    await settled();
    const kept = new Uint8Array([4, 5]);
    broker.arrived[1]?.answer({
      responses: [
        {
          topic: 't',
          partitions: [
            { partitionIndex: 0, errorCode: 0, highWatermark: 0n, abortedTransactions: null, records: kept },
          ],
        },
      ],
    });
    const response = await fetched;
    kept.fill(9);
    expect(response.responses[0]?.partitions[0]?.records).toEqual(new Uint8Array([4, 5]));
  });
});

describe('a failure', () => {
  it('of the broker that is a KafkaError arrives as it is, any other as UNKNOWN_SERVER_ERROR; the next request goes on', async () => {
    const { broker, connection } = await connected();
    const refused = connection.send(heartbeat, beat);
    const broken = connection.send(heartbeat, beat);
    const fine = connection.send(heartbeat, beat);
    await settled();
    broker.arrived[0]?.fail(new KafkaError('INVALID_REQUEST', 'no'));
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_REQUEST', message: 'no' });
    await settled();
    broker.arrived[1]?.fail(new RangeError('bug'));
    await expect(broken).rejects.toMatchObject({
      code: 'UNKNOWN_SERVER_ERROR',
      message: 'The broker failed at Heartbeat: bug',
    });
    await settled();
    broker.arrived[2]?.answer({ errorCode: 0 });
    expect(await fine).toMatchObject({ errorCode: 0 });
  });

  it('to answer in time is REQUEST_TIMED_OUT; what comes later is dropped, and the connection stays in step', async () => {
    const timers = new HeldTimers();
    const { broker, connection } = await connected(timers);
    const late = connection.send({ ...heartbeat, timeoutMs: 250 }, beat);
    const next = connection.send({ ...heartbeat, timeoutMs: 900 }, beat);
    await settled();
    const [first] = timers.waiting.values();
    expect(first?.delayMs).toBe(250);
    first?.callback();
    await expect(late).rejects.toMatchObject({ code: 'REQUEST_TIMED_OUT' });
    broker.arrived[0]?.answer({ errorCode: 1 });
    await settled();
    broker.arrived[1]?.answer({ errorCode: 2 });
    expect(await next).toMatchObject({ errorCode: 2 });
    expect(timers.waiting.size).toBe(0);
  });

  it('to find the broker is NETWORK_EXCEPTION', async () => {
    const { network } = await connected();
    await expect(network.connect({ host: 'nowhere', port: 1 })).rejects.toMatchObject({
      code: 'NETWORK_EXCEPTION',
      message: 'No broker listens at nowhere:1. Known are: broker:9092.',
    });
  });
});

describe('the end of a connection', () => {
  it('by its user fails what is not answered, tells the broker once, and leaves requests that wait unhandled', async () => {
    const { broker, connection } = await connected();
    const pending = [connection.send(heartbeat, beat), connection.send(heartbeat, beat)];
    await settled();
    connection.close();
    connection.close();
    for (const each of pending)
      await expect(each).rejects.toMatchObject({ code: 'NETWORK_EXCEPTION', retriable: true });
    expect(await connection.closed).toMatchObject({ reason: 'closed' });
    expect(broker.gone).toEqual(['test-0']);
    broker.arrived[0]?.answer({ errorCode: 0 });
    await settled();
    expect(broker.arrived).toHaveLength(1);
    await expect(connection.send(heartbeat, beat)).rejects.toMatchObject({ code: 'NETWORK_EXCEPTION' });
  });

  it('by the broker reaches every connection to it', async () => {
    const { broker, network, connection } = await connected();
    const other = await network.connect(address);
    const pending = connection.send(heartbeat, beat);
    network.disconnect(address);
    await expect(pending).rejects.toMatchObject({ code: 'NETWORK_EXCEPTION' });
    expect(await connection.closed).toMatchObject({ reason: 'peer-closed' });
    expect(await other.closed).toMatchObject({ reason: 'peer-closed' });
    expect(broker.gone).toEqual(['test-0', 'test-1']);
  });
});

describe('Produce with acks 0', () => {
  const produce = { api: 'Produce', version: 9, clientId: null } as const;
  const request = { acks: 0, timeoutMs: 1, topicData: [] };

  it('is over when it is sent; later requests are still answered', async () => {
    const { broker, connection } = await connected();
    expect(await connection.send(produce, request)).toMatchObject({ responses: [] });
    const next = connection.send(heartbeat, beat);
    await settled();
    broker.arrived[0]?.answer({ responses: [] });
    await settled();
    broker.arrived[1]?.answer({ errorCode: 0 });
    expect(await next).toMatchObject({ errorCode: 0 });
  });

  it('that fails ends the connection, as with Kafka', async () => {
    const { broker, connection } = await connected();
    await connection.send(produce, request);
    await settled();
    broker.arrived[0]?.answer({
      responses: [{ name: 't', partitionResponses: [{ index: 0, errorCode: 3, baseOffset: -1n }] }],
    });
    expect(await connection.closed).toMatchObject({ reason: 'peer-closed' });
  });
});
