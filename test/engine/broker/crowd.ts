import { assignRanges } from '../../../src/engine/protocol/range-assignment.js';
import type { ApiName, RequestOf, ResponseOf } from '../../../src/engine/protocol/apis.js';
import type { RequestHandler } from '../../../src/engine/protocol/connection.js';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/engine/protocol/consumer-protocol.js';
import { errorByCode } from '../../../src/engine/protocol/errors.js';

/** A partition by its number: the crowd reads one topic. */
export type Owned = ReadonlySet<number>;

/** Many members of one group on one topic. They do what their protocol asks for and nothing else, so that what is measured is the coordinator. */
export interface Crowd {
  /** So many more join, all at once. Resolves when the coordinator has answered. */
  join(count: number): Promise<void>;
  /** The first so many leave, each with a request of its own. */
  leave(count: number): Promise<void>;
  /** Every member tells once that it lives, and does what it is asked to. False if there is nothing to do for anybody. */
  heartbeat(): Promise<boolean>;
  readonly owned: readonly Owned[];
}

export type Protocol = 'classic' | 'consumer';

/** A crowd without members yet, of the group `crowd` on `topic`, which is there. */
export function crowdOn(broker: RequestHandler, protocol: Protocol, topic: string): Crowd {
  const caller = new Caller(broker);
  return protocol === 'classic' ? new ClassicCrowd(caller, topic) : new ConsumerCrowd(caller, topic);
}

const groupId = 'crowd';
const none = { code: errorByCode(0).code, rebalance: 27 };

class Caller {
  private requests = 0;

  constructor(private readonly broker: RequestHandler) {}

  call<Api extends ApiName>(
    from: string,
    api: Api,
    version: number,
    request: RequestOf<Api>,
  ): Promise<ResponseOf<Api>> {
    const requestId = `request:${from}:${this.requests++}`;
    return this.broker.handle({ connectionId: from, requestId }, { api, version, clientId: from }, request);
  }
}

function expectNone(errorCode: number, what: string): void {
  if (errorCode !== none.code) throw new Error(`${what} was answered ${errorByCode(errorCode).name}, expected NONE.`);
}

interface ClassicMember {
  readonly name: string;
  memberId: string;
  generation: number;
  owned: Owned;
  mustJoin: boolean;
}

class ClassicCrowd implements Crowd {
  private readonly members: ClassicMember[] = [];
  private born = 0;

  constructor(
    private readonly caller: Caller,
    private readonly topic: string,
  ) {}

  get owned(): readonly Owned[] {
    return this.members.map((member) => member.owned);
  }

  async join(count: number): Promise<void> {
    const newcomers = Array.from({ length: count }, (): ClassicMember => ({
      name: `member-${this.born++}`,
      memberId: '',
      generation: -1,
      owned: new Set(),
      mustJoin: true,
    }));
    await Promise.all(
      newcomers.map(async (member) => {
        const { memberId } = await this.joinGroup(member);
        member.memberId = memberId;
      }),
    );
    this.members.push(...newcomers);
    // Those who were there before learn of it by their heartbeats, and only when all have joined again is anybody answered.
    const joining = this.rejoin(newcomers);
    await this.tell(this.members.filter(({ mustJoin }) => !mustJoin));
    await Promise.all([joining, this.rejoin(this.members.filter((m) => m.mustJoin && !newcomers.includes(m)))]);
  }

  async leave(count: number): Promise<void> {
    await Promise.all(
      this.members.splice(0, count).map(async ({ name, memberId }) => {
        const answer = await this.caller.call(name, 'LeaveGroup', 5, { groupId, members: [{ memberId }] });
        expectNone(answer.errorCode, 'LeaveGroup');
      }),
    );
  }

  async heartbeat(): Promise<boolean> {
    await this.tell(this.members);
    const joining = this.members.filter(({ mustJoin }) => mustJoin);
    await this.rejoin(joining);
    return joining.length > 0;
  }

  private async tell(members: readonly ClassicMember[]): Promise<void> {
    await Promise.all(
      members.map(async (member) => {
        const { name, memberId, generation: generationId } = member;
        const { errorCode } = await this.caller.call(name, 'Heartbeat', 4, { groupId, memberId, generationId });
        if (errorCode === none.rebalance) member.mustJoin = true;
        else expectNone(errorCode, 'Heartbeat');
      }),
    );
  }

  private async rejoin(members: readonly ClassicMember[]): Promise<void> {
    await Promise.all(
      members.map(async (member) => {
        const joined = await this.joinGroup(member);
        expectNone(joined.errorCode, 'JoinGroup');
        member.generation = joined.generationId;
        const { errorCode, assignment } = await this.caller.call(member.name, 'SyncGroup', 5, {
          groupId,
          memberId: member.memberId,
          generationId: joined.generationId,
          protocolType: joined.protocolType,
          protocolName: joined.protocolName,
          assignments: joined.leader === member.memberId ? await this.assign(joined.members) : [],
        });
        expectNone(errorCode, 'SyncGroup');
        const [share] = decodeAssignment(assignment).assignedPartitions;
        member.owned = new Set(share?.partitions);
        member.mustJoin = false;
      }),
    );
  }

  private joinGroup({ name, memberId }: ClassicMember): Promise<ResponseOf<'JoinGroup'>> {
    return this.caller.call(name, 'JoinGroup', 9, {
      groupId,
      memberId,
      sessionTimeoutMs: 45_000,
      rebalanceTimeoutMs: 300_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: encodeSubscription({ topics: [this.topic] }) }],
    });
  }

  private async assign(members: ResponseOf<'JoinGroup'>['members']): Promise<RequestOf<'SyncGroup'>['assignments']> {
    const { topics } = await this.caller.call('leader', 'Metadata', 12, { topics: [{ name: this.topic }] });
    const subscriptions = members.map(({ memberId, groupInstanceId, metadata }) => {
      const { topics: subscribed } = decodeSubscription(metadata);
      return { memberId, groupInstanceId, topics: subscribed, owned: new Map(), generationId: -1, userData: null };
    });
    const shares = assignRanges(new Map([[this.topic, topics[0]?.partitions.length ?? 0]]), subscriptions);
    return Array.from(shares, ([memberId, share]) => ({
      memberId,
      assignment: encodeAssignment({
        assignedPartitions: Array.from(share, ([topic, partitions]) => ({ topic, partitions: [...partitions] })),
      }),
    }));
  }
}

interface ConsumerMember {
  readonly memberId: string;
  epoch: number;
  owned: Owned;
}

class ConsumerCrowd implements Crowd {
  private readonly members: ConsumerMember[] = [];
  private born = 0;
  private topicId: Uint8Array | undefined;

  constructor(
    private readonly caller: Caller,
    private readonly topic: string,
  ) {}

  get owned(): readonly Owned[] {
    return this.members.map((member) => member.owned);
  }

  async join(count: number): Promise<void> {
    const newcomers = Array.from({ length: count }, (): ConsumerMember => ({
      memberId: `member-${this.born++}`,
      epoch: 0,
      owned: new Set(),
    }));
    this.members.push(...newcomers);
    await Promise.all(
      newcomers.map((member) => this.send(member, { rebalanceTimeoutMs: 60_000, subscribedTopicNames: [this.topic] })),
    );
  }

  async leave(count: number): Promise<void> {
    await Promise.all(
      this.members
        .splice(0, count)
        .map(({ memberId }) =>
          this.caller.call(memberId, 'ConsumerGroupHeartbeat', 1, { groupId, memberId, memberEpoch: -1 }),
        ),
    );
  }

  async heartbeat(): Promise<boolean> {
    const changes = await Promise.all(this.members.map((member) => this.send(member, {})));
    if (changes.includes(true)) return true;
    const { groups } = await this.caller.call('anybody', 'ConsumerGroupDescribe', 1, { groupIds: [groupId] });
    return groups[0]?.groupState !== 'Stable' && this.members.length > 0;
  }

  /** Whether the member has been told something new. */
  private async send(member: ConsumerMember, more: Partial<RequestOf<'ConsumerGroupHeartbeat'>>): Promise<boolean> {
    const { memberId, epoch, owned } = member;
    const answer = await this.caller.call(memberId, 'ConsumerGroupHeartbeat', 1, {
      groupId,
      memberId,
      memberEpoch: epoch,
      topicPartitions:
        owned.size === 0 || this.topicId === undefined ? [] : [{ topicId: this.topicId, partitions: [...owned] }],
      ...more,
    });
    expectNone(answer.errorCode, 'ConsumerGroupHeartbeat');
    member.epoch = answer.memberEpoch;
    if (answer.assignment === null) return epoch !== member.epoch;
    const [share] = answer.assignment.topicPartitions;
    if (share !== undefined) this.topicId = share.topicId;
    member.owned = new Set(share?.partitions);
    return true;
  }
}
