import { describe, expect, it } from 'vitest';
import { FetchSession, type FetchPartition } from '../../../src/engine/client/fetch-session.js';
import { alteredBroker } from '../../properties/mutants/altered-broker.js';
import { errorCode } from '../../../src/engine/protocol/errors.js';
import type { CompleteRequestOf } from '../../../src/engine/protocol/apis.js';
import { ConsumerStage } from './consumer-stage.js';

const partition = (number: number, fetchOffset: number, id = 1): FetchPartition => ({
  topic: 'orders',
  topicId: new Uint8Array(16).fill(id),
  partition: number,
  fetchOffset,
});
const numbers = (partitions: readonly FetchPartition[]): string[] =>
  partitions.map((each) => `${each.partition}@${each.fetchOffset}`);

describe('FetchSession', () => {
  it('asks for everything first, then only for what has changed, and has the rest forgotten', () => {
    const session = new FetchSession();
    const first = session.next([partition(0, 0), partition(1, 0)]);
    expect([first.sessionId, first.sessionEpoch, numbers(first.asked)]).toEqual([0, 0, ['0@0', '1@0']]);
    session.answered(7);
    const second = session.next([partition(0, 5), partition(1, 0), partition(2, 0)]);
    expect([second.sessionId, second.sessionEpoch, numbers(second.asked), second.forgotten]).toEqual([
      7,
      1,
      ['0@5', '2@0'],
      [],
    ]);
    session.answered(7);
    const third = session.next([partition(0, 5)]);
    expect([third.sessionEpoch, numbers(third.asked), numbers(third.forgotten)]).toEqual([2, [], ['1@0', '2@0']]);
  });

  it('takes a topic that was made again for another one', () => {
    const session = new FetchSession();
    session.next([partition(0, 0)]);
    session.answered(7);
    const next = session.next([partition(0, 0, 2)]);
    expect([numbers(next.asked), numbers(next.forgotten)]).toEqual([['0@0'], ['0@0']]);
  });

  it.each([
    ['an answer without a session', (session: FetchSession) => session.answered(0), 0],
    ['FETCH_SESSION_ID_NOT_FOUND', (session: FetchSession) => session.failed('FETCH_SESSION_ID_NOT_FOUND'), 0],
    ['INVALID_FETCH_SESSION_EPOCH', (session: FetchSession) => session.failed('INVALID_FETCH_SESSION_EPOCH'), 7],
    ['no answer', (session: FetchSession) => session.failed(), 7],
  ])('begins anew after %s', (_, happen, sessionId) => {
    const session = new FetchSession();
    session.next([partition(0, 0)]);
    session.answered(7);
    session.next([partition(0, 3)]);
    happen(session);
    const next = session.next([partition(0, 3)]);
    // With an id it closes that session, and opens another.
    expect([next.sessionId, next.sessionEpoch, numbers(next.asked)]).toEqual([sessionId, 0, ['0@3']]);
  });
});

describe('a consumer and its fetch sessions', () => {
  it('asks an idle broker for nothing, reads on when the broker has lost the session, and skips nothing', async () => {
    const asked: { id: number; epoch: number; partitions: number }[] = [];
    let losing = false;
    const stage = await ConsumerStage.open('sessions', 3, (broker) =>
      alteredBroker(broker, {
        Fetch: async ({ request, handle }) => {
          const { sessionId, sessionEpoch, topics } = request as CompleteRequestOf<'Fetch'>;
          asked.push({
            id: sessionId,
            epoch: sessionEpoch,
            partitions: topics.reduce((sum, { partitions }) => sum + partitions.length, 0),
          });
          if (!losing || sessionEpoch === 0) return await handle();
          losing = false;
          return {
            ...(await handle()),
            errorCode: errorCode('FETCH_SESSION_ID_NOT_FOUND'),
            sessionId: 0,
            responses: [],
          };
        },
      }),
    );
    const a = await stage.consumer('a');
    await stage.pollAll([a], 5_000);
    expect(asked[0]).toMatchObject({ id: 0, epoch: 0, partitions: 3 });
    expect(asked.slice(1).every(({ id, partitions }) => id > 0 && partitions === 0)).toBe(true);
    expect(asked.length).toBeGreaterThan(5);
    await stage.send(1, 'a', 'b');
    expect((await stage.pollAll([a], 1_000)).flat()).toEqual(['orders-1@0=a', 'orders-1@1=b']);
    expect(asked.some(({ epoch, partitions }) => epoch > 0 && partitions === 1)).toBe(true);
    losing = true;
    await stage.send(2, 'c');
    expect((await stage.pollAll([a], 2_000)).flat()).toEqual(['orders-2@0=c']);
    expect(asked.filter(({ epoch }) => epoch === 0)).toHaveLength(2);
    await stage.close();
  });
});
