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
type Named = ReadonlySet<string>;

let tokens = 0;

/** A client of the classic protocol, eager or incremental (KIP-429): takes one step at a time, and waits in between. */
export class ModelClassicMember {
  memberId = '';
  generation = -1;
  owned: Named = new Set();
  private step: 'join' | 'sync' | 'rest' = 'join';
  private waitsFor: string | undefined;
  private joined: JoinAnswer | undefined;

  constructor(
    private readonly bench: ConsumerGroupBench,
    private readonly name: string,
    private readonly topics: readonly string[],
    private readonly isIncremental: boolean,
  ) {}

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

  act(): void {
    if (this.step === 'join') this.join();
    else if (this.step === 'sync') this.sync();
    else this.heartbeat();
  }

  leave(): void {
    const leaving = [{ memberId: this.memberId, groupInstanceId: null, reason: null }];
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
            groupInstanceId: null,
            clientId: this.name,
            clientHost: '/host',
            sessionTimeoutMs: 45_000,
            rebalanceTimeoutMs: 60_000,
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
    else if (answer.error === 'UNKNOWN_MEMBER_ID') this.begin();
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
            groupInstanceId: null,
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
    const mustGiveUp = this.isIncremental && [...this.owned].some((place) => !given.has(place));
    this.owned = given;
    this.step = mustGiveUp ? 'join' : 'rest';
  }

  private heartbeat(): void {
    const { memberId, generation: generationId } = this;
    const request = { groupId, memberId, groupInstanceId: null, generationId };
    const answer = this.bench.decide((known, context) => decideMemberHeartbeat(known, request, context));
    if (answer !== undefined && answer.error !== 'NONE') this.failed(answer.error);
  }

  private failed(error: string): void {
    if (error === 'UNKNOWN_MEMBER_ID') this.begin();
    else {
      // Who has missed a generation has lost what it had (KAFKA-13419).
      if (error === 'ILLEGAL_GENERATION') this.owned = new Set();
      this.step = 'join';
    }
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
    return this.isIncremental ? cooperativeStickyAssignor : rangeAssignor;
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
