import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RequestHandler } from '../../../src/engine/protocol/connection.js';
import { completeResponse, type ApiName, type RequestOf } from '../../../src/engine/protocol/apis.js';
import { correlationIdOf, openResponse, requestFrame, sized } from '../../../src/engine/wire/frames.js';
import { defaultLimits, type ListenerLimits } from '../../../src/engine/wire/limits.js';
import { RequestBudget } from '../../../src/engine/wire/request-budget.js';
import { webHashing } from '../../../src/engine/wire/sasl/hashing.js';
import { beginExchange } from '../../../src/engine/wire/sasl/sasl-server.js';
import { UserStore } from '../../../src/engine/wire/sasl/user-store.js';
import { ServerSession, type ServerSessionOptions } from '../../../src/engine/wire/server-session.js';
import { errorCode } from '../../../src/engine/protocol/errors.js';
import { ManualEnvironment } from '../client/manual-environment.js';
import { MemoryPipe } from './memory-pipe.js';

/** A session whose handler answers when it is told to; `asked` is what has reached it. */
function session(limits: Partial<ListenerLimits> = {}, more: Partial<ServerSessionOptions> = {}) {
  const environment = new ManualEnvironment();
  const pipe = new MemoryPipe();
  const budget = new RequestBudget(1);
  const asked: ApiName[] = [];
  const waiting: (() => void)[] = [];
  const problems: (string | undefined)[] = [];
  const handler: RequestHandler = {
    handle: async (_, { api }) => {
      asked.push(api);
      if (api === 'Fetch' || api === 'Produce') await new Promise<void>((resolve) => waiting.push(resolve));
      return completeResponse(api, {} as never);
    },
    disconnected: () => undefined,
  };
  const created = new ServerSession(
    {
      id: 'one',
      environment,
      handler,
      limits: { ...defaultLimits, ...limits },
      budget,
      onEnd: (problem) => problems.push(problem),
      ...more,
    },
    pipe,
  );
  const answerWaiting = () => waiting.splice(0).forEach((answer) => answer());
  return { session: created, environment, pipe, budget, asked, problems, answerWaiting };
}

const greeting = (correlationId = 0) => requestFrame('ApiVersions', 0, correlationId, 'a', {});
const fetching = (correlationId = 0) =>
  requestFrame('Fetch', 12, correlationId, 'a', { maxWaitMs: 1, minBytes: 1, topics: [] });
const producing = requestFrame('Produce', 9, 0, 'a', { acks: -1, timeoutMs: 1, topicData: [] });
const none = new Uint8Array(0);
const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

describe('the memory for requests', () => {
  it.each([
    ['bytes that are no request', joined(sized(Uint8Array.of(0))), none],
    ['one more behind it', joined(sized(Uint8Array.of(0)), greeting()), none],
    ['a request behind one that waits', joined(fetching(), greeting(1)), none],
    ['a request behind one that is stored', joined(producing, greeting(1)), none],
    ['a frame that can’t be', joined(fetching(), greeting(1)), Uint8Array.of(255, 255, 255, 255)],
  ])('GW-6 is free again when a connection has ended: %s', async (_, bytes, then) => {
    const { session: one, environment, budget, answerWaiting } = session();
    one.receive(bytes);
    await environment.advance(0);
    if (then.length > 0) one.receive(then);
    one.ended();
    answerWaiting();
    await environment.advance(0);
    expect(budget.isSpent).toBe(false);
  });

  it('is free again when the broker stops, which answers what it has begun and nothing else', async () => {
    const { session: one, environment, budget, asked, pipe, answerWaiting } = session();
    one.receive(joined(fetching(), greeting(1)));
    await environment.advance(0);
    const stopped = one.stop();
    answerWaiting();
    await environment.advance(0);
    await stopped;
    expect(asked).toEqual(['Fetch']);
    expect(pipe.written.map((bytes) => correlationIdOf(bytes.subarray(4)))).toEqual([0]);
    expect(budget.isSpent).toBe(false);
  });
});

describe('the memory for answers', () => {
  it('GW-12 is shared by all connections: a Fetch asks for no more than its part, and for 1 MiB in any case', async () => {
    const mebibyte = 1024 * 1024;
    const budget = new RequestBudget(8 * mebibyte);
    const asked: number[] = [];
    const handler: RequestHandler = {
      handle: (_, { api }, request) => {
        asked.push((request as RequestOf<'Fetch'>).maxBytes ?? 0);
        return Promise.resolve(completeResponse(api, {} as never));
      },
      disconnected: () => undefined,
    };
    const connect = () => session({}, { budget, handler });
    const fetchBy = async ({ session: one, environment }: ReturnType<typeof session>, maxBytes: number) => {
      one.receive(requestFrame('Fetch', 12, 0, 'a', { maxWaitMs: 1, minBytes: 1, maxBytes, topics: [] }));
      await environment.advance(0);
    };
    const [first, ...others] = Array.from({ length: 4 }, connect);
    await fetchBy(first!, 50 * mebibyte);
    await fetchBy(first!, 5);
    for (const { session: other } of others) other.ended();
    await fetchBy(first!, 50 * mebibyte);
    for (let count = 0; count < 20; count++) connect();
    await fetchBy(first!, 50 * mebibyte);
    expect(asked).toEqual([2 * mebibyte, 5, 8 * mebibyte, mebibyte]);
  });
});

describe('GW-6 the time for a request', () => {
  it('begins anew with each: who sends without a break is not too slow', async () => {
    const { session: one, environment, pipe, problems } = session();
    const stream = joined(...Array.from({ length: 100 }, (_, at) => greeting(at)));
    const size = greeting().length;
    // Each piece ends within a request.
    for (let at = -5; at < stream.length; at += size) {
      one.receive(stream.slice(Math.max(at, 0), at + size));
      await environment.advance(1_000);
      one.check(environment.clock.now());
    }
    expect(problems).toEqual([]);
    expect(pipe.written).toHaveLength(100);
  });

  it('does not pass while nothing is read', async () => {
    const { session: one, environment, pipe, problems, answerWaiting } = session({ maxInFlight: 1 });
    one.receive(joined(fetching(), greeting(1).subarray(0, 10)));
    await environment.advance(60_000);
    one.check(environment.clock.now());
    expect([pipe.isReading, problems]).toEqual([false, []]);
    answerWaiting();
    await environment.advance(29_000);
    one.check(environment.clock.now());
    expect([pipe.isReading, problems]).toEqual([true, []]);
    await environment.advance(2_000);
    one.check(environment.clock.now());
    expect(problems).toEqual([expect.stringContaining('too slow')]);
  });
});

describe('GW-8 a login that fails', () => {
  it('is the last that is heard, whatever was sent behind it', async () => {
    const hashing = webHashing(webcrypto as Crypto);
    const users = await UserStore.of(hashing, new Map([['alice', 'secret']]));
    const authentication = { hashing, users, mechanisms: ['PLAIN'], delayAfterFailure: () => 100 };
    const { session: one, environment, pipe, asked } = session({}, { authentication });
    const login = (correlationId: number, password: string) =>
      requestFrame('SaslAuthenticate', 1, correlationId, 'a', {
        authBytes: new TextEncoder().encode(`\0alice\0${password}`),
      });
    one.receive(
      joined(
        requestFrame('SaslHandshake', 1, 0, 'a', { mechanism: 'PLAIN' }),
        login(1, 'wrong'),
        login(2, 'secret'),
        fetching(3),
      ),
    );
    await expect.poll(() => environment.pendingTimers).toBe(1);
    await environment.advance(100);
    await expect.poll(() => pipe.isClosed).toBe(true);
    // Three times as long as another login takes.
    for (let login = 0; login < 3; login++) {
      await beginExchange('PLAIN', hashing, users)?.step(new TextEncoder().encode('\0alice\0secret'));
      await environment.advance(1_000);
    }
    const answers = pipe.written.map((bytes) => bytes.subarray(4));
    expect(answers.map(correlationIdOf)).toEqual([0, 1]);
    expect(openResponse('SaslAuthenticate', 1, answers[1] ?? none).errorCode).toBe(
      errorCode('SASL_AUTHENTICATION_FAILED'),
    );
    expect(asked).toEqual([]);
  });
});
