import { randomInteger } from '../../src/engine/environment/environment.js';
import { SeededRandom } from '../../src/engine/environment/seeded-random.js';
import type { ApiName } from '../../src/engine/protocol/apis.js';
import { servedVersions } from './target.js';

/** Who a request says that it comes from: one of the clients, nobody in particular, or somebody whom the group does not know. */
export type Who = number | 'nobody' | 'stranger';

/** One step of a group's life. What it names is filled in from what the broker has told the clients, on each side by itself. */
export type LifeStep =
  | {
      readonly act: 'join';
      readonly client: number;
      readonly version: number;
      readonly as: Who;
      readonly isStatic: boolean;
      readonly protocolType: string;
      readonly protocols: readonly string[];
      /** Changes what the member tells of itself. */
      readonly mark: number;
      readonly sessionTimeoutMs: number;
      readonly rebalanceTimeoutMs: number;
    }
  | {
      readonly act: 'sync';
      readonly client: number;
      readonly version: number;
      readonly as: Who;
      readonly later: number;
      readonly protocolType: string | null;
      readonly protocolName: string | null;
      readonly isStatic: boolean;
    }
  | {
      readonly act: 'heartbeat';
      readonly client: number;
      readonly version: number;
      readonly as: Who;
      readonly later: number;
      readonly isStatic: boolean;
    }
  | {
      readonly act: 'leave';
      readonly client: number;
      readonly version: number;
      readonly who: readonly { readonly as: Who; readonly isStatic: boolean }[];
    }
  | {
      readonly act: 'commit';
      readonly client: number;
      readonly version: number;
      readonly as: Who;
      readonly later: number | 'simple';
      readonly isStatic: boolean;
      readonly topic: number;
      readonly partitions: readonly number[];
      readonly offset: number;
      readonly metadata: string | null;
    }
  | {
      readonly act: 'fetch-offsets';
      readonly version: number;
      readonly as: Who;
      readonly later: number | 'simple';
      readonly isAll: boolean;
      readonly topic: number;
    }
  | { readonly act: 'delete-offsets'; readonly topic: number; readonly partitions: readonly number[] }
  | { readonly act: 'delete-group' }
  | { readonly act: 'describe'; readonly version: number }
  | { readonly act: 'describe-consumer'; readonly version: number }
  | {
      readonly act: 'list';
      readonly version: number;
      readonly states: readonly string[];
      readonly types: readonly string[];
    }
  | {
      readonly act: 'consume';
      readonly client: number;
      readonly version: number;
      readonly as: Who;
      /** An epoch of its own, or the one that it was told last and so much more. */
      readonly epoch: { readonly is: number } | { readonly later: number };
      readonly isStatic: boolean;
      readonly rackId: string | null;
      readonly rebalanceTimeoutMs: number;
      readonly topics: readonly number[] | null;
      readonly regex: string | null;
      readonly assignor: string | null;
      /** What it says that it owns: what it was told, the first part of that, nothing; or it does not say. */
      readonly owns: 'told' | 'kept' | 'nothing' | 'unsaid' | 'other';
    }
  | { readonly act: 'grow-topic'; readonly topic: number; readonly partitions: number }
  | { readonly act: 'delete-topic'; readonly topic: number }
  | { readonly act: 'create-topic'; readonly topic: number; readonly partitions: number }
  | { readonly act: 'disconnect'; readonly client: number }
  | { readonly act: 'wait'; readonly ms: number };

/** A life of one group, with the topics that its members read. */
export interface GroupLife {
  readonly name: string;
  readonly steps: readonly LifeStep[];
}

/** The name of the group that a life of this name is about. */
export function groupOf(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9]/g, '-');
}

export type LifeKind = 'classic' | 'consumer' | 'mixed';

const clients = 4;

/** A life drawn from a seed: mostly what a well-behaved client would do, often what none should. */
export function drawLife(seed: string, kind: LifeKind, length = 45): GroupLife {
  const random = new SeededRandom(seed);
  const chance = (percent: number): boolean => randomInteger(random, 100) < percent;
  const pick = <Value>(...values: readonly Value[]): Value => values[randomInteger(random, values.length)] as Value;
  const version = (api: ApiName, least = 0): number => pick(...servedVersions(api).filter((each) => each >= least));
  const client = (): number => randomInteger(random, clients);
  const who = (own: number): Who => (chance(86) ? own : pick<Who>('nobody', 'stranger', client()));
  // The last two clients are one instance of the same name.
  const isStatic = (own: number): boolean => (own >= 2 ? chance(85) : chance(4));
  const later = (): number => (chance(85) ? 0 : pick(-1, 1, -2, 3));
  const topic = (): number => randomInteger(random, 3);
  const partitions = (): number[] => pick([0], [1], [0, 1, 2], [5, 0]);
  const protocols = (): string[] =>
    pick(['range', 'sticky'], ['range', 'sticky'], ['sticky', 'range'], ['range'], ['range', 'sticky', 'own'], ['own']);

  const classic = (): LifeStep => {
    const own = client();
    const toss = randomInteger(random, 100);
    if (toss < 38)
      return {
        act: 'join',
        client: own,
        // Before version 4 nobody learns its id before it has joined.
        version: version('JoinGroup', chance(90) ? 4 : 0),
        as: who(own),
        isStatic: isStatic(own),
        protocolType: chance(96) ? 'consumer' : pick('connect', ''),
        protocols: chance(70) ? ['range', 'sticky'] : chance(97) ? protocols() : [],
        mark: chance(75) ? 0 : randomInteger(random, 3),
        sessionTimeoutMs: chance(97) ? 300_000 : pick(10, 5_999, 1_800_001),
        rebalanceTimeoutMs: 60_000,
      };
    if (toss < 68)
      return {
        act: 'sync',
        client: own,
        version: version('SyncGroup'),
        as: who(own),
        later: later(),
        protocolType: chance(95) ? 'consumer' : pick('connect', null),
        protocolName: chance(92) ? 'told' : pick('range', 'own', null),
        isStatic: isStatic(own),
      };
    if (toss < 90)
      return {
        act: 'heartbeat',
        client: own,
        version: version('Heartbeat'),
        as: who(own),
        later: later(),
        isStatic: isStatic(own),
      };
    return {
      act: 'leave',
      client: own,
      version: version('LeaveGroup'),
      who: Array.from({ length: pick(1, 1, 2, 3) }, () => {
        const one = client();
        return { as: who(one), isStatic: isStatic(one) };
      }),
    };
  };
  const consumer = (): LifeStep => {
    const own = client();
    const joins = chance(35);
    const says = joins || chance(15);
    const byRegex = says && chance(15);
    return {
      act: 'consume',
      client: own,
      version: version('ConsumerGroupHeartbeat'),
      as: chance(94) ? own : kind === 'mixed' ? client() : pick<Who>('nobody', 'stranger', client()),
      epoch: joins ? { is: 0 } : chance(16) ? { is: pick(-1, -2, -2, -3) } : { later: later() },
      isStatic: isStatic(own),
      rackId: chance(95) ? null : pick('rack', ''),
      rebalanceTimeoutMs: says ? pick(60_000, 300_000) : -1,
      // What several topics are shared out by depends on their ids, which are chance; see the recorded assignments for those.
      topics: says && !(byRegex && chance(60)) ? pick([0], [0], [0], [0], [0], kind === 'mixed' ? [0] : [1], []) : null,
      regex: byRegex ? pick('.*-t0', '.*-t0', '.*-t[0]', '.*-nothing', '(', '') : says && chance(10) ? '' : null,
      assignor: says && chance(25) ? pick('uniform', 'range', 'range', 'none', '') : null,
      owns: joins
        ? chance(96)
          ? 'nothing'
          : pick('told', 'unsaid')
        : pick('told', 'told', 'told', 'kept', 'unsaid', 'unsaid', 'nothing', kind === 'mixed' ? 'unsaid' : 'other'),
    };
  };
  const anybody = (): LifeStep => {
    const own = client();
    const toss = randomInteger(random, 100);
    if (toss < 35)
      return {
        act: 'commit',
        client: own,
        version: version('OffsetCommit'),
        as: who(own),
        later: chance(70) ? later() : 'simple',
        isStatic: isStatic(own),
        topic: topic(),
        partitions: partitions(),
        offset: randomInteger(random, 100),
        metadata: pick('', 'm', null),
      };
    if (toss < 60)
      return {
        act: 'fetch-offsets',
        version: version('OffsetFetch'),
        as: who(own),
        later: chance(50) ? later() : 'simple',
        isAll: chance(50),
        topic: topic(),
      };
    if (toss < 72) return { act: 'describe', version: version('DescribeGroups') };
    if (toss < 84) return { act: 'describe-consumer', version: version('ConsumerGroupDescribe') };
    if (toss < 89)
      return {
        act: 'list',
        version: version('ListGroups'),
        states: pick([], [], ['Stable'], ['empty', 'Dead'], ['PreparingRebalance', 'Reconciling', 'Assigning']),
        types: pick([], [], ['classic'], ['Consumer'], ['nonsense']),
      };
    if (toss < 94) return { act: 'delete-offsets', topic: topic(), partitions: partitions() };
    if (toss < 96) return { act: 'delete-group' };
    return { act: 'disconnect', client: own };
  };
  const ofTopics = (): LifeStep => {
    const toss = randomInteger(random, 100);
    if (toss < 50)
      return { act: 'grow-topic', topic: topic(), partitions: kind === 'mixed' ? pick(12, 24) : pick(3, 4, 6) };
    if (toss < 70) return { act: 'delete-topic', topic: pick(1, 2) };
    return { act: 'create-topic', topic: topic(), partitions: pick(1, 2, 4) };
  };
  const steps = Array.from({ length }, (): LifeStep => {
    const toss = randomInteger(random, 100);
    if (toss < 22) return anybody();
    if (toss < 26) return ofTopics();
    if (toss < 28) return { act: 'wait', ms: pick(300, 1_100) };
    if (kind === 'classic') return classic();
    if (kind === 'consumer') return consumer();
    return chance(50) ? classic() : consumer();
  });
  return { name: `${kind} ${seed}`, steps };
}
