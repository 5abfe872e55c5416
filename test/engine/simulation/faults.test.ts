import { describe, expect, test } from 'vitest';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { completeResponse, type ApiName, type RequestOf, type ResponseOf } from '../../../src/engine/protocol/apis.js';
import type { Call, Connection, RequestContext, RequestHandler } from '../../../src/engine/protocol/connection.js';
import { noNetworkFaults, type NetworkFaults } from '../../../src/engine/simulation/network-faults.js';
import { noStorageFaults, type StorageFaults } from '../../../src/engine/simulation/simulated-storage.js';
import { brokerAddress, World } from '../../../src/engine/simulation/world.js';

/** Notes what comes, and answers at once. */
class Notes implements RequestHandler {
  readonly seen: string[] = [];

  constructor(private readonly world: World) {}

  async handle<Api extends ApiName>(
    _context: RequestContext,
    call: Call<Api>,
    request: RequestOf<Api>,
  ): Promise<ResponseOf<Api>> {
    const number = call.api === 'Heartbeat' ? (request as RequestOf<'Heartbeat'>).generationId : call.api;
    this.seen.push(`${number} at ${this.world.now}`);
    const memberEpoch = this.seen.length;
    return completeResponse(call.api, { errorCode: 0, throttleTimeMs: 0, responses: [], memberEpoch } as never);
  }

  disconnected(): void {
    this.seen.push(`gone at ${this.world.now}`);
  }
}

async function connected(
  faults: Partial<NetworkFaults> = {},
  seed = 'a seed',
): Promise<{ world: World; notes: Notes; connection: Connection; probes: string[] }> {
  const probes: string[] = [];
  const world = new World({ seed, settle, startMs: 0, probe: (name) => probes.push(name) });
  const notes = new Notes(world);
  world.listen('broker', notes);
  const connection = await world.outcome(world.network('client').connect(brokerAddress));
  world.setNetworkFaults({ ...noNetworkFaults, ...faults });
  return { world, notes, connection, probes };
}

const beat = (connection: Connection, generationId: number, timeoutMs?: number): Promise<string> => {
  const call = { api: 'Heartbeat', version: 4, clientId: 'client' } as const;
  const request = { groupId: 'g', generationId, memberId: 'm', groupInstanceId: null };
  return connection.send({ ...call, ...(timeoutMs === undefined ? {} : { timeoutMs }) }, request).then(
    () => 'answered',
    (error: unknown) => (error as { code: string }).code,
  );
};

describe('on the wires', () => {
  test('messages take an exponential time longer, in the mean as long as it was set', async () => {
    const { world, connection } = await connected({ delayMs: 100 });
    let sum = 0;
    for (let round = 0; round < 400; round++) {
      const startedAt = world.now;
      expect(await world.outcome(beat(connection, round))).toBe('answered');
      sum += world.now - startedAt - 6;
    }
    // Two messages each.
    expect(sum / 400).toBeGreaterThan(180);
    expect(sum / 400).toBeLessThan(220);
  });

  test('what is lost takes its connection with it; the request was handled if only its answer was lost', async () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const { world, notes, connection } = await connected({ lossPerMille: 300 }, String(seed));
      const outcome = await world.outcome(beat(connection, 7));
      const isHandled = notes.seen.some((line) => line.startsWith('7'));
      outcomes.add(`${outcome}, ${isHandled ? 'handled' : 'not handled'}`);
      if (outcome !== 'answered') expect(await world.outcome(connection.closed)).toMatchObject({ reason: 'lost' });
    }
    expect([...outcomes].sort()).toEqual([
      'NETWORK_EXCEPTION, handled',
      'NETWORK_EXCEPTION, not handled',
      'answered, handled',
    ]);
  });

  test('a repeated request is handled twice and answered once', async () => {
    const { world, notes, connection, probes } = await connected({ repeatPerMille: 1000 });
    expect(await world.outcome(beat(connection, 7))).toBe('answered');
    expect(notes.seen.map((line) => line.split(' ')[0])).toEqual(['7', '7']);
    expect(probes).toEqual(['a request repeated']);
  });

  test('a heartbeat of the consumer protocol does not come twice: what is new is told by one answer only', async () => {
    const { world, notes, connection, probes } = await connected({ repeatPerMille: 1000 });
    const heartbeat = connection.send(
      { api: 'ConsumerGroupHeartbeat', version: 1, clientId: 'client' },
      { groupId: 'g', memberId: 'm', memberEpoch: 3 },
    );
    expect(await world.outcome(heartbeat)).toMatchObject({ memberEpoch: 1 });
    expect(notes.seen).toHaveLength(1);
    expect(probes).toEqual([]);
  });

  test('a stray produce reaches the broker after its client was told that the connection is lost; a stray commit does not', async () => {
    const { world, notes, connection } = await connected({ strayPerMille: 1000, strayMs: 500 });
    const produce = connection.send(
      { api: 'Produce', version: 9, clientId: 'client' },
      { transactionalId: null, acks: -1, timeoutMs: 0, topicData: [] },
    );
    const told = await world.outcome(produce.catch((error: unknown) => (error as { code: string }).code));
    expect(told).toBe('NETWORK_EXCEPTION');
    expect(notes.seen).toEqual([]);
    await world.advanceBy(600);
    expect(notes.seen).toEqual([expect.stringMatching(/^Produce at/), expect.stringMatching(/^gone at/)]);
    const again = await world.outcome(world.network('client').connect(brokerAddress));
    const commit = again.send(
      { api: 'OffsetCommit', version: 8, clientId: 'client' },
      { groupId: 'g', generationIdOrMemberEpoch: 1, memberId: 'm', groupInstanceId: null, topics: [] },
    );
    expect(await world.outcome(commit.catch((error: unknown) => (error as { code: string }).code))).toBe(
      'NETWORK_EXCEPTION',
    );
    await world.advanceBy(600);
    expect(notes.seen.filter((line) => line.startsWith('OffsetCommit'))).toEqual([]);
  });

  test('a parted client is told nothing; what was held arrives after heal, in order', async () => {
    const { world, notes, connection } = await connected();
    world.part('client', 'to-broker');
    const first = beat(connection, 1, 100);
    const second = beat(connection, 2);
    expect(await world.outcome(first)).toBe('REQUEST_TIMED_OUT');
    expect(notes.seen).toEqual([]);
    world.heal('client');
    expect(await world.outcome(second)).toBe('answered');
    expect(notes.seen.map((line) => line.split(' ')[0])).toEqual(['1', '2']);
    world.part('client', 'to-client');
    expect(await world.outcome(beat(connection, 3, 100))).toBe('REQUEST_TIMED_OUT');
    expect(notes.seen.at(-1)).toMatch(/^3 at/);
  });
});

describe('in a process', () => {
  test('nothing happens while it is frozen; it happens in order once it is awake', async () => {
    const world = new World({ seed: 'x', settle, startMs: 0 });
    const { timers } = world.environment('a');
    const said: string[] = [];
    const say = (text: string) => () => said.push(`${text} at ${world.now}`);
    timers.set(10, say('one'));
    const cancelled = timers.set(30, say('never'));
    timers.set(20, () => {
      say('two')();
      cancelled.cancel();
    });
    timers.set(200, say('three'));
    world.freeze('a');
    await world.advanceTo(100);
    expect(said).toEqual([]);
    world.wake('a');
    await world.advanceTo(300);
    expect(said).toEqual(['one at 100', 'two at 100', 'three at 200']);
  });

  test('a frozen broker answers when it is awake', async () => {
    const { world, notes, connection } = await connected();
    world.freeze('broker');
    const answer = beat(connection, 1);
    await world.advanceBy(5_000);
    expect(notes.seen).toEqual([]);
    world.wake('broker');
    expect(await world.outcome(answer)).toBe('answered');
  });

  test('its clock may be slow or fast, jumps ahead, and is not set back', async () => {
    const world = new World({ seed: 'x', settle, startMs: 1_000 });
    const { clock } = world.environment('a');
    world.setClockAhead('a', -200);
    expect(clock.now()).toBe(800);
    world.setClockAhead('a', 500);
    expect(clock.now()).toBe(1_500);
    world.setClockAhead('a', -200);
    await world.advanceTo(1_900);
    expect(clock.now()).toBe(2_400);
    expect(world.environment('b').clock.now()).toBe(1_900);
  });
});

describe('on the disk', () => {
  const append = (file: string, position: number) =>
    [{ kind: 'append', file, position, bytes: new Uint8Array(1), modifiedAt: 0 }] as const;

  function world(faults: Partial<StorageFaults>): { world: World; real: MemoryStorage } {
    const made = new World({ seed: 'a seed', settle, startMs: 0 });
    made.setStorageFaults({ ...noStorageFaults, ...faults });
    return { world: made, real: new MemoryStorage() };
  }

  test('a commit that fails has not happened', async () => {
    const { world: made, real } = world({ failedCommitPerMille: 400 });
    const storage = made.storage(real);
    let size = 0;
    let failed = 0;
    for (let round = 0; round < 50; round++) {
      const outcome = await made.outcome(storage.commit(append('f', size), 'strict').catch(String));
      if (outcome === undefined) size++;
      else failed++;
      expect(String(outcome)).toMatch(/undefined|StorageError: f could not be written/);
    }
    expect(failed).toBeGreaterThan(5);
    expect(await real.files()).toMatchObject([{ name: 'f', size }]);
  });

  test('a full disk takes what is essential', async () => {
    const { world: made, real } = world({ isFull: true });
    const storage = made.storage(real);
    await expect(made.outcome(storage.commit(append('f', 0), 'strict'))).rejects.toMatchObject({ code: 'full' });
    await made.outcome(storage.commit(append('f', 0), 'strict', 'essential'));
    expect(await real.files()).toMatchObject([{ name: 'f', size: 1 }]);
  });

  test('what is stuck holds up what was begun after it', async () => {
    const { world: made, real } = world({ stuckPerMille: 1000, stuckMs: 30_000 });
    const storage = made.storage(real);
    const order: string[] = [];
    const first = storage.commit(append('f', 0), 'strict').then(() => order.push('commit'));
    const second = storage.files().then(() => order.push('files'));
    await made.outcome(Promise.all([first, second]), 120_000);
    expect(order).toEqual(['commit', 'files']);
    expect(made.now).toBeGreaterThan(100);
  });
});
