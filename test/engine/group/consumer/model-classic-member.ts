import type { Assignor, MemberSubscription } from '../../../../src/engine/client/assignors/assignor.js';
import { cooperativeStickyAssignor } from '../../../../src/engine/client/assignors/cooperative-sticky.js';
import { rangeAssignor } from '../../../../src/engine/client/assignors/range.js';
import type { JoinAnswer, SyncAnswer } from '../../../../src/engine/group/decision.js';
import {
  decideMemberHeartbeat,
  decideMemberJoin,
  decideMemberLeave,
  decideMemberSync,
} from '../../../../src/engine/group/member-requests.js';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../../src/engine/protocol/consumer-protocol.js';
import { groupId, type ConsumerGroupBench } from './consumer-group-bench.js';
import { type Partitions } from './model-consumer.js';

/** Partitions as `topic/partition`: names are all that this protocol knows. */
export type Named = ReadonlySet<string>;

let tokens = 0;

/** What of a member may be another than Kafka's, and who looks on. */
export interface MemberOptions {
  /** A static member (KIP-345). */
  readonly instanceId?: string;
  readonly assignor?: Assignor;
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
  /** It goes on with what it had though it has missed a generation (KAFKA-13419). */
  readonly keepsWhatItMissed?: boolean;
  /** The member leads, and has shared the partitions out. */
  readonly onAssign?: (members: readonly MemberSubscription[], assigned: ReturnType<Assignor['assign']>) => void;
  /** The member has got its share. */
  readonly onAssigned?: (member: ModelClassicMember, before: Named, given: Named) => void;
}

/** A client of the classic protocol, eager or incremental (KIP-429): takes one step at a time, and waits in between. */
export class ModelClassicMember {
  memberId = '';
  generation = -1;
  owned: Named = new Set();
  private step: 'join' | 'sync' | 'rest' = 'join';
  private waitsFor: string | undefined;
  private joined: JoinAnswer | undefined;
  private lastHeardAt = 0;

  constructor(
    private readonly bench: ConsumerGroupBench,
    readonly name: string,
    private readonly topics: readonly string[],
    private readonly isIncremental: boolean,
    private readonly options: MemberOptions = {},
  ) {}

  private get rebalanceTimeoutMs(): number {
    return this.options.rebalanceTimeoutMs ?? 60_000;
  }

  get instanceId(): string | null {
    return this.options.instanceId ?? null;
  }

  get isMember(): boolean {
    const { classic, consumer } = this.bench.known;
    return classic?.members.has(this.memberId) === true || consumer?.members.has(this.memberId) === true;
  }

  /** Whether it has what it was given, and nothing else to do. */
  get isAtRest(): boolean {
    return this.step === 'rest';
  }

  /** As other members name partitions. */
  get ownedById(): Partitions {
    return new Set(
      [...this.owned].map((place) => {
        const [topic = '', partition = ''] = place.split('/');
        return `${this.bench.topics.topic(topic)?.topicId}/${partition}`;
      }),
    );
  }

  /** It has not been heard of for so long that a rebalance may be over without it: as a consumer after its `max.poll.interval.ms` it gives all up itself. */
  get isAsleep(): boolean {
    // Whoever waits for an answer is in the coordinator's hands; one that has come and was not looked at is as old as it is.
    const heardAt = this.waitsFor === undefined ? this.lastHeardAt : this.bench.answeredAt.get(this.waitsFor);
    return heardAt !== undefined && this.bench.now - heardAt >= this.rebalanceTimeoutMs;
  }

  act(): void {
    if (this.isAsleep && this.memberId !== '' && this.options.keepsWhatItMissed !== true) this.begin();
    if (this.step === 'join') this.join();
    else if (this.step === 'sync') this.sync();
    else this.heartbeat();
  }

  leave(): void {
    const leaving = [{ memberId: this.memberId, groupInstanceId: this.instanceId, reason: null }];
    this.bench.decide((known, context) => decideMemberLeave(known, groupId, leaving, context));
    this.begin();
  }

  private join(): void {
    if (!this.isIncremental) this.owned = new Set();
    const answer = this.ask<JoinAnswer>((token) =>
      this.bench.decide((known, context) =>
        decideMemberJoin(
          known,
          {
            groupId,
            memberId: this.memberId,
            groupInstanceId: this.instanceId,
            clientId: this.name,
            clientHost: '/host',
            sessionTimeoutMs: this.options.sessionTimeoutMs ?? 45_000,
            rebalanceTimeoutMs: this.rebalanceTimeoutMs,
            protocolType: 'consumer',
            protocols: [{ name: this.assignor.name, metadata: this.subscription }],
            requiresKnownMemberId: true,
            supportsSkippingAssignment: true,
            reason: null,
            token,
          },
          { classic: () => `${this.name}-${++tokens}`, consumer: () => `${this.name}-${++tokens}` },
          context,
        ),
      ),
    );
    if (answer === undefined) return;
    if (answer.error === 'MEMBER_ID_REQUIRED') this.memberId = answer.memberId;
    else if (answer.error === 'UNKNOWN_MEMBER_ID' || answer.error === 'FENCED_INSTANCE_ID') this.begin();
    else if (answer.error === 'NONE') {
      this.memberId = answer.memberId;
      this.generation = answer.generationId;
      this.joined = answer;
      this.step = 'sync';
    }
  }

  private sync(): void {
    const { memberId, generation, joined } = this;
    const isLeader = joined?.leader === memberId;
    const answer = this.ask<SyncAnswer>((token) =>
      this.bench.decide((known, context) =>
        decideMemberSync(
          known,
          {
            groupId,
            generationId: generation,
            memberId,
            groupInstanceId: this.instanceId,
            protocolType: 'consumer',
            protocolName: this.assignor.name,
            assignments: isLeader ? this.assign() : [],
            token,
          },
          context,
        ),
      ),
    );
    if (answer === undefined) return;
    if (answer.error !== 'NONE') {
      this.failed(answer.error);
      return;
    }
    const { assignedPartitions } = decodeAssignment(answer.assignment);
    const given = new Set(
      assignedPartitions.flatMap(({ topic, partitions }) => partitions.map((p) => `${topic}/${p}`)),
    );
    const before = this.owned;
    const mustGiveUp = this.isIncremental && [...before].some((place) => !given.has(place));
    this.owned = given;
    this.options.onAssigned?.(this, before, given);
    this.step = mustGiveUp ? 'join' : 'rest';
  }

  private heartbeat(): void {
    const { memberId, generation: generationId } = this;
    const request = { groupId, memberId, groupInstanceId: this.instanceId, generationId };
    this.lastHeardAt = this.bench.now;
    const answer = this.bench.decide((known, context) => decideMemberHeartbeat(known, request, context));
    if (answer === undefined || answer.error === 'NONE') return;
    this.failed(answer.error);
    // Whoever hears of a rebalance joins it at once.
    if (answer.error === 'REBALANCE_IN_PROGRESS') this.join();
  }

  private failed(error: string): void {
    if (error === 'UNKNOWN_MEMBER_ID' || error === 'FENCED_INSTANCE_ID') this.begin();
    else {
      // Who has missed a generation has lost what it had (KAFKA-13419).
      if (error === 'ILLEGAL_GENERATION' && this.options.keepsWhatItMissed !== true) this.owned = new Set();
      this.step = 'join';
    }
  }

  /** It has a reason of its own to join again. */
  rejoin(): void {
    this.step = 'join';
  }

  /** Its process has ended, without a word, and another has begun. */
  restart(): void {
    this.begin();
  }

  private begin(): void {
    this.memberId = '';
    this.generation = -1;
    this.owned = new Set();
    this.step = 'join';
    this.waitsFor = undefined;
  }

  /** Sends a request, or looks whether the one that waits has been answered. */
  private ask<Answer>(send: (token: string) => Answer | undefined): Answer | undefined {
    const token = this.waitsFor ?? `t${++tokens}`;
    this.lastHeardAt = this.bench.answeredAt.get(token) ?? this.bench.now;
    const answer = this.waitsFor === undefined ? send(token) : (this.bench.answers.get(token) as Answer | undefined);
    this.waitsFor = answer === undefined ? token : undefined;
    return answer;
  }

  /** Its coordinator is gone: what it waits for will not come. */
  lostConnection(): void {
    if (this.waitsFor !== undefined) this.step = 'join';
    this.waitsFor = undefined;
  }

  private get assignor() {
    return this.options.assignor ?? (this.isIncremental ? cooperativeStickyAssignor : rangeAssignor);
  }

  private get subscription(): Uint8Array {
    return encodeSubscription({
      topics: this.topics,
      generationId: this.generation,
      ownedPartitions: [...byTopic(this.owned)].map(([topic, partitions]) => ({ topic, partitions })),
    });
  }

  private assign() {
    const members = (this.joined as JoinAnswer).members.map(({ memberId, groupInstanceId, metadata }) => {
      const { topics, ownedPartitions, generationId, userData } = decodeSubscription(metadata);
      const owned = new Map(ownedPartitions.map(({ topic, partitions }) => [topic, partitions]));
      return { memberId, groupInstanceId, topics, owned, generationId, userData };
    });
    const counts = new Map(
      [...this.bench.topics.names].map((name) => [name, this.bench.topics.topic(name)?.partitions ?? 0]),
    );
    const wanted = new Set(members.flatMap(({ topics }) => topics));
    const assigned = this.assignor.assign(new Map([...counts].filter(([name]) => wanted.has(name))), members);
    this.options.onAssign?.(members, assigned);
    return [...assigned].map(([memberId, partitions]) => ({
      memberId,
      assignment: encodeAssignment({
        assignedPartitions: [...partitions].map(([topic, each]) => ({ topic, partitions: [...each] })),
      }),
    }));
  }
}

function byTopic(places: Named): Map<string, number[]> {
  const topics = new Map<string, number[]>();
  for (const place of places) {
    const [topic = '', partition = ''] = place.split('/');
    topics.set(topic, [...(topics.get(topic) ?? []), Number(partition)]);
  }
  return topics;
}
