import { loadRegexEngine } from '../../../../src/engine/broker/topic-regex.js';
import { rangeServerAssignor } from '../../../../src/engine/group/assignors/range.js';
import { uniformServerAssignor } from '../../../../src/engine/group/assignors/uniform.js';
import { recoverGroup, type ClassicGroup } from '../../../../src/engine/group/classic-group.js';
import {
  noMemory,
  type ConsumerContext,
  type ConsumerGroupConfig,
  type ConsumerMemory,
  type TopicsView,
  type TopicView,
} from '../../../../src/engine/group/consumer/consumer-context.js';
import type { ConsumerGroup } from '../../../../src/engine/group/consumer/consumer-group.js';
import { decideConsumerLoaded, decideConsumerTimer } from '../../../../src/engine/group/consumer/expiry.js';
import { decideConsumerHeartbeat, type KnownGroup } from '../../../../src/engine/group/consumer/heartbeat.js';
import type { Decision, JoinAnswer, SyncAnswer, TimerName } from '../../../../src/engine/group/decision.js';
import { decideLoaded, decideTimer } from '../../../../src/engine/group/expiry.js';
import { applyGroupChange } from '../../../../src/engine/group/group-change.js';
import type { GroupRecord } from '../../../../src/engine/group/group-record.js';
import { decideOffsetCommit, type OffsetCommitRequest } from '../../../../src/engine/group/offset-commit.js';
import { decideOffsetExpiry } from '../../../../src/engine/group/offset-expiry.js';
import { StoredGroups, type StoredGroup } from '../../../../src/engine/group/stored-groups.js';
import { topicIdText } from '../../../../src/engine/protocol/topic-id.js';
import { groupConfig } from '../group-bench.js';

const regexes = await loadRegexEngine();

export const groupId = 'g';

const config: ConsumerGroupConfig = {
  sessionTimeoutMs: 45_000,
  heartbeatIntervalMs: 5000,
  assignmentIntervalMs: 0,
  maxSize: 100,
  migrationPolicy: 'bidirectional',
  regexRefreshIntervalMs: 600_000,
  classicMaxSize: 100,
  assignors: [uniformServerAssignor, rangeServerAssignor],
};

/** A cluster's topics, which come, grow and go. */
export class BenchTopics implements TopicsView {
  version = 1;
  lastCreation = 1;
  private readonly byName = new Map<string, TopicView>();
  private created = 0;

  get names(): Iterable<string> {
    return this.byName.keys();
  }

  topic(name: string): TopicView | undefined {
    return this.byName.get(name);
  }

  topicById(id: string): TopicView | undefined {
    return [...this.byName.values()].find(({ topicId }) => topicId === id);
  }

  /** Makes a topic, or makes one that is there larger; 0 partitions remove it. */
  set(name: string, partitions: number): void {
    this.version++;
    const known = this.byName.get(name);
    if (partitions === 0) this.byName.delete(name);
    else if (known !== undefined)
      this.byName.set(name, { ...known, partitions: Math.max(known.partitions, partitions) });
    else {
      const topicId = topicIdText(new Uint8Array(16).fill(++this.created));
      this.byName.set(name, { name, topicId, partitions });
      this.lastCreation = this.version;
    }
  }
}

/** What a coordinator may do in another way than it should, to break a rule on purpose. */
export interface CoordinatorRules {
  readonly commit: typeof decideOffsetCommit;
  readonly expire: typeof decideOffsetExpiry;
  readonly heartbeat: typeof decideConsumerHeartbeat;
  /** What is made of a record when the log is read back. */
  readonly readBack: (record: GroupRecord) => GroupRecord;
}

export const trueRules: CoordinatorRules = {
  commit: decideOffsetCommit,
  expire: decideOffsetExpiry,
  heartbeat: decideConsumerHeartbeat,
  readBack: (record) => record,
};

/** Carries decisions out as a coordinator does, at once and on a clock of its own: one group, its log, its timers and the answers to requests that waited. */
export class ConsumerGroupBench {
  now = 1_000_000;
  readonly topics = new BenchTopics();
  readonly log: GroupRecord[] = [];
  stored = new StoredGroups();
  classic: ClassicGroup | undefined;
  readonly answers = new Map<string, JoinAnswer | SyncAnswer>();
  /** When they came. */
  readonly answeredAt = new Map<string, number>();
  private memory: ConsumerMemory = noMemory;
  private readonly timers = new Map<TimerName, number>();
  private readonly config: ConsumerGroupConfig;

  constructor(
    changed: Partial<ConsumerGroupConfig> = {},
    readonly rules: CoordinatorRules = trueRules,
  ) {
    this.config = { ...config, ...changed };
  }

  get group(): ConsumerGroup | undefined {
    return this.stored.get(groupId)?.consumer;
  }

  get known(): KnownGroup {
    return { classic: this.classic, consumer: this.group };
  }

  get context(): ConsumerContext {
    const { config: tuning, topics, memory, now } = this;
    return { config: tuning, classicConfig: groupConfig, topics, memory, now };
  }

  /** Takes a decision and carries it out; its answer, if there is one at once. */
  decide<Response>(
    take: (known: KnownGroup, context: ConsumerContext, stored: StoredGroup | undefined) => Decision<Response>,
  ): Response | undefined {
    const decision = take(this.known, this.context, this.stored.get(groupId));
    this.carryOut(decision);
    return decision.response;
  }

  /** A commit to a classic group, or to one that is not there: its error, of the whole or else of the first offset. */
  commit(request: Pick<OffsetCommitRequest, 'memberId' | 'groupInstanceId' | 'generationId' | 'offsets'>): string {
    const answer = this.decide(({ classic }, { now }) =>
      this.rules.commit(
        classic,
        { groupId, isOfConsumerProtocol: true, retentionTimeMs: -1, ...request },
        groupConfig,
        now,
      ),
    );
    return answer?.error === 'NONE' ? (answer.offsets[0] ?? 'NONE') : (answer?.error ?? 'NONE');
  }

  /** It is time to look for offsets that nobody needs any more. */
  expireOffsets(retentionMs: number): void {
    const group = this.group ?? this.classic;
    if (group === undefined) return;
    const decision = this.rules.expire(group, this.stored.get(groupId), retentionMs, this.now);
    if (decision !== undefined) this.carryOut(decision);
  }

  /** The next timers fire, as far as they are due by then. */
  pass(duration: number): void {
    const until = this.now + duration;
    for (;;) {
      const [next] = [...this.timers].filter(([, at]) => at <= until).sort((a, b) => a[1] - b[1]);
      if (next === undefined) break;
      this.timers.delete(next[0]);
      this.now = Math.max(this.now, next[1]);
      this.fire(next[0]);
    }
    this.now = until;
  }

  /** The coordinator is gone from one moment to the next; another reads the log back. */
  crash(log: readonly GroupRecord[] = this.log): void {
    this.timers.clear();
    this.memory = noMemory;
    this.answers.clear();
    this.stored = replay(log.map(this.rules.readBack));
    const { metadata, consumer } = this.stored.get(groupId) ?? {};
    this.classic = metadata && recoverGroup(groupId, metadata, this.now);
    if (consumer !== undefined) this.carryOut(decideConsumerLoaded(consumer, this.context));
    else if (this.classic !== undefined) this.carryOut(decideLoaded(this.classic, groupConfig, this.now));
  }

  private fire(timer: TimerName): void {
    const { classic, group } = this;
    if (classic !== undefined) this.carryOut(decideTimer(classic, timer, groupConfig, this.now));
    else if (group !== undefined) this.carryOut(decideConsumerTimer(group, timer, this.context, regexes));
  }

  private carryOut(decision: Decision<unknown>): void {
    this.log.push(...decision.records);
    for (const record of decision.records) this.stored.apply(record);
    if (decision.change !== undefined) {
      this.classic = applyGroupChange(decision.change);
      if (this.classic === undefined) this.timers.clear();
    }
    this.memory = this.group === undefined ? noMemory : (decision.memory ?? this.memory);
    for (const change of decision.timers) {
      if ('cancel' in change) this.timers.delete(change.cancel);
      else if (change.unlessSet !== true || !this.timers.has(change.set)) this.timers.set(change.set, change.at);
    }
    for (const { to, response } of decision.answers) {
      this.answers.set(to, response);
      this.answeredAt.set(to, this.now);
    }
  }
}

export { regexes };

/** What a log tells. */
export function replay(log: Iterable<GroupRecord>): StoredGroups {
  const stored = new StoredGroups();
  for (const record of log) stored.apply(record);
  return stored;
}

/** The log after a cleaner has been there: of each key the last record. */
export function compacted(log: readonly GroupRecord[]): GroupRecord[] {
  const last = new Map<string, number>();
  log.forEach(({ value: _, ...key }, at) => last.set(JSON.stringify(key), at));
  return log.filter((_, at) => [...last.values()].includes(at));
}

/** All that a group is, as plain data. */
export function stateOf(stored: StoredGroups): unknown {
  const { metadata, consumer, offsets } = stored.get(groupId) ?? {};
  return {
    metadata,
    offsets,
    consumer: consumer && {
      epochs: [consumer.epoch, consumer.assignmentEpoch, consumer.assignmentTimestamp, consumer.metadataHash],
      members: new Map(consumer.members),
      targets: new Map([...consumer.members.keys()].map((id) => [id, consumer.target(id)])),
      topicNames: new Map(consumer.topicNames),
      regexes: [new Map(consumer.regexes), new Map(consumer.resolvedRegexes)],
      assignors: new Map(consumer.serverAssignors),
      classic: [consumer.classicMembers, new Map(consumer.classicProtocols)],
      state: consumer.state,
    },
  };
}
