import type { ConsumerHeartbeatAnswer } from '../../../../src/engine/group/consumer/heartbeat.js';
import type { Refusal } from '../../../../src/engine/group/consumer/refusal.js';
import { groupId, regexes, type ConsumerGroupBench } from './consumer-group-bench.js';

/** Partitions as `topicId/partition`. */
export type Partitions = ReadonlySet<string>;

/** A client of the consumer protocol, as well as one can be made from KIP-848 alone: it owns what it was told, once it has given up what it was not. */
export class ModelConsumer {
  epoch = 0;
  owned: Partitions = new Set();
  /** What it was told last; it may be slow to follow. */
  told: Partitions = new Set();
  topics: readonly string[];
  regex: string | null = null;
  private mustTellAll = true;

  constructor(
    private readonly bench: ConsumerGroupBench,
    readonly memberId: string,
    topics: readonly string[],
    readonly instanceId: string | null = null,
    private readonly rebalanceTimeoutMs = 60_000,
  ) {
    this.topics = topics;
  }

  /** Whether the coordinator counts it in. */
  get isMember(): boolean {
    return this.epoch > 0 && this.bench.group?.members.has(this.memberId) === true;
  }

  subscribe(topics: readonly string[], regex: string | null = null): void {
    this.topics = topics;
    this.regex = regex;
    this.mustTellAll = true;
  }

  /** Tells that it lives. A lost answer has it tell all again. */
  heartbeat(isAnswerLost = false): ConsumerHeartbeatAnswer | Refusal {
    const answer = this.send(this.epoch);
    this.mustTellAll = isAnswerLost;
    if (isAnswerLost) return answer;
    if ('error' in answer) {
      // The last of these: its group has become a classic one, or is gone.
      if (['FENCED_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID', 'GROUP_ID_NOT_FOUND'].includes(answer.error)) this.begin();
      return answer;
    }
    this.epoch = answer.memberEpoch;
    if (answer.assignment !== null) {
      this.told = setOf(answer.assignment);
      // What it was given it takes at once, unless it has to give something up first.
      if (this.revocations.length === 0) this.owned = this.told;
    }
    return answer;
  }

  get revocations(): readonly string[] {
    return [...this.owned].filter((partition) => !this.told.has(partition));
  }

  /** Gives up what it has to, then takes what it was given. */
  follow(): void {
    this.owned = this.told;
  }

  /** -1: for good; -2: a static member for a while. */
  leave(epoch: -1 | -2): void {
    this.send(epoch);
    this.begin();
  }

  private begin(): void {
    this.epoch = 0;
    this.owned = this.told = new Set();
    this.mustTellAll = true;
  }

  private send(memberEpoch: number): ConsumerHeartbeatAnswer | Refusal {
    const isToldAll = this.mustTellAll || memberEpoch === 0;
    const answer = this.bench.decide((known, context) =>
      this.bench.rules.heartbeat(
        known,
        {
          groupId,
          memberId: this.memberId,
          memberEpoch,
          instanceId: this.instanceId,
          rackId: null,
          rebalanceTimeoutMs: isToldAll ? this.rebalanceTimeoutMs : -1,
          subscribedTopicNames: isToldAll ? this.topics : null,
          subscribedTopicRegex: isToldAll ? this.regex : null,
          serverAssignor: null,
          owned: memberEpoch === 0 ? [] : listOf(this.owned),
          clientId: this.memberId,
          clientHost: '/host',
        },
        context,
        this.regex === null ? undefined : regexes,
      ),
    );
    if (answer === undefined) throw new Error('A heartbeat has to be answered at once.');
    return answer;
  }
}

export function setOf(assignment: ReadonlyMap<string, Iterable<number>>): Partitions {
  return new Set([...assignment].flatMap(([topicId, all]) => [...all].map((partition) => `${topicId}/${partition}`)));
}

function listOf(partitions: Partitions): { topicId: string; partitions: number[] }[] {
  const byTopic = new Map<string, number[]>();
  for (const place of partitions) {
    const [topicId, partition] = place.split('/') as [string, string];
    byTopic.set(topicId, [...(byTopic.get(topicId) ?? []), Number(partition)]);
  }
  return [...byTopic].map(([topicId, all]) => ({ topicId, partitions: all }));
}
