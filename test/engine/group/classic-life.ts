import fc from 'fast-check';
import type { MemberSubscription } from '../../../src/engine/client/assignors/assignor.js';
import { zeroUuid } from '../../../src/engine/protocol/schema.js';
import {
  compacted,
  ConsumerGroupBench,
  groupId,
  trueRules,
  type CoordinatorRules,
} from './consumer/consumer-group-bench.js';
import { ModelClassicMember, type MemberOptions, type Named } from './consumer/model-classic-member.js';

/** What happens next to a classic group. `who` is one of its four members, of which the first two are static. */
export type ClassicStep =
  | { readonly do: MemberStep; readonly who: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'grow'; readonly partitions: number }
  | { readonly do: 'crash'; readonly isCompacted: boolean }
  | { readonly do: 'expire' };

/** `sleep`: this one does nothing while the others get as far as they can, and read on. */
type MemberStep = 'act' | 'sleep' | 'leave' | 'restart' | 'poll' | 'commit' | 'zombie';

const memberCount = 4;
const who = fc.nat(memberCount - 1);
const of = (weight: number, does: MemberStep) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(does), who }),
});

export const classicSteps: fc.Arbitrary<readonly ClassicStep[]> = fc.array(
  fc.oneof(
    of(24, 'act'),
    of(4, 'sleep'),
    of(4, 'poll'),
    of(4, 'commit'),
    of(1, 'leave'),
    of(2, 'restart'),
    of(2, 'zombie'),
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('pass' as const),
        ms: fc.constantFrom(100, 3000, 20_000, 50_000, 90_000),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('grow' as const), partitions: fc.integer({ min: 3, max: 7 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), isCompacted: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
  ),
  { minLength: 30, maxLength: 80 },
);

/** What is broken on purpose; nothing if absent. */
export interface ClassicMutation {
  readonly rules?: Partial<CoordinatorRules>;
  readonly member?: Pick<MemberOptions, 'assignor' | 'keepsWhatItMissed'>;
}

const retentionMs = 60_000;
const resolutionMs = 5000;

/** Who a member was before its process ended. */
interface Zombie {
  readonly member: ModelClassicMember;
  readonly memberId: string;
  readonly generation: number;
  readonly position: ReadonlyMap<string, number>;
}

/** How the leader shared the partitions out in one round. */
interface Round {
  readonly members: readonly MemberSubscription[];
  readonly owners: ReadonlyMap<string, string>;
  readonly partitions: number;
}

const violated = (rule: string, what: string): never => {
  throw new Error(`${rule} is broken: ${what}`);
};

/** A classic group of four members that read one topic, their coordinator and its log; it keeps watch over the rules that hold at every step. */
export class ClassicLife {
  readonly bench: ConsumerGroupBench;
  readonly members: readonly ModelClassicMember[];
  /** The next offset that each member reads, of what it has. */
  readonly positions = new Map<ModelClassicMember, Map<string, number>>();
  /** The last commit that was accepted, by partition; and how far anybody has read. */
  readonly committed = new Map<string, number>();
  readonly delivered = new Map<string, number>();
  readonly zombies: Zombie[] = [];
  /** The last generation that was written down, and so handed out. */
  private generation = 0;
  rounds = 0;
  private emptySince: number | undefined;
  /** When it became empty last: that is what the log tells, and what counts again if those who have joined since are not in it yet. */
  private becameEmptyAt: number | undefined;
  private lastRound: Round | undefined;

  constructor(
    readonly isIncremental: boolean,
    { rules = {}, member = {} }: ClassicMutation = {},
  ) {
    this.bench = new ConsumerGroupBench({}, { ...trueRules, ...rules });
    this.bench.topics.set('a', 3);
    this.members = Array.from({ length: memberCount }, (_, at) => {
      const options: MemberOptions = {
        ...member,
        // Static members are let sleep through a rebalance.
        ...(at < 2 && { instanceId: `i${at}`, sessionTimeoutMs: 120_000 }),
        rebalanceTimeoutMs: 20_000,
        onAssign: (members, assigned) => this.noteRound(members, assigned),
        onAssigned: (one, before, given) => this.noteAssigned(one, before, given),
      };
      return new ModelClassicMember(this.bench, `c${at}`, ['a'], isIncremental, options);
    });
  }

  get partitions(): readonly string[] {
    const count = this.bench.topics.topic('a')?.partitions ?? 0;
    return Array.from({ length: count }, (_, partition) => `a/${partition}`);
  }

  /** Takes a step and looks at every rule. Throws an error that names the one that it breaks. */
  take(step: ClassicStep): void {
    const { bench } = this;
    const before = this.stored;
    const member = 'who' in step ? (this.members[step.who] as ModelClassicMember) : undefined;
    if (step.do === 'act') member?.act();
    else if (step.do === 'sleep') this.sleep(member as ModelClassicMember);
    else if (step.do === 'leave') {
      if (member !== undefined && member.memberId !== '') this.leave(member);
    } else if (step.do === 'restart') this.restart(member as ModelClassicMember);
    else if (step.do === 'poll') this.poll(member as ModelClassicMember);
    else if (step.do === 'commit') this.commit(member as ModelClassicMember);
    else if (step.do === 'zombie') this.zombieCommits(step.who);
    else if (step.do === 'pass') this.pass(step.ms);
    else if (step.do === 'grow') this.grow(step.partitions);
    else if (step.do === 'expire') bench.expireOffsets(retentionMs);
    else if ('isCompacted' in step) {
      bench.crash(step.isCompacted ? compacted(bench.log) : bench.log);
      for (const each of this.members) each.lostConnection();
      this.emptySince = this.becameEmptyAt;
    }
    this.checkGeneration();
    this.checkOwners();
    this.checkCommits(step, before);
    this.lookWhetherEmpty();
  }

  private sleep(sleeper: ModelClassicMember): void {
    const others = this.members.filter((member) => member !== sleeper);
    for (let turn = 0; turn < 6; turn++) {
      this.pass(2500);
      for (const member of others) member.act();
      this.checkGeneration();
      this.checkOwners();
    }
    for (const member of others) {
      this.poll(member);
      this.poll(member);
      this.commit(member);
    }
  }

  /** Bit by bit, to know about when the group became empty. */
  private pass(ms: number): void {
    for (let passed = 0; passed < ms; passed += resolutionMs) {
      this.bench.pass(Math.min(resolutionMs, ms - passed));
      this.lookWhetherEmpty();
    }
  }

  private lookWhetherEmpty(): void {
    const { classic, now } = this.bench;
    const isEmpty = classic?.state === 'Empty' && classic.protocolType !== null;
    if (!isEmpty) this.emptySince = undefined;
    else this.becameEmptyAt = this.emptySince ??= now;
  }

  /**
   * Nothing is disturbed any more: those who are `here` are heard of often, the others have left. There is one more rebalance unless `rebalances` is false: as in Kafka
   * a static member that ends between the two rounds of a move leaves the partition without an owner until the next one.
   */
  settle(here: readonly ModelClassicMember[] = this.members, rebalances = true): void {
    for (const member of this.members) if (!here.includes(member) && member.memberId !== '') this.leave(member);
    for (let turn = 0; turn < 90; turn++) {
      this.bench.pass(4000);
      if (turn % 10 === 5) this.lookAtPartitions();
      if (turn === 45 && rebalances) this.leader?.rejoin();
      for (const member of here) member.act();
      this.checkGeneration();
      this.checkOwners();
    }
  }

  grow(partitions: number): void {
    this.bench.topics.set('a', partitions);
  }

  /** The leader sees that there are more partitions than it has shared out: it joins again. */
  private lookAtPartitions(): void {
    if (this.lastRound?.partitions !== this.partitions.length) this.leader?.rejoin();
  }

  private get leader(): ModelClassicMember | undefined {
    return this.members.find(({ memberId }) => memberId === this.bench.classic?.leader);
  }

  restart(member: ModelClassicMember): void {
    if (member.memberId !== '') {
      const { memberId, generation } = member;
      this.zombies.push({ member, memberId, generation, position: this.positionsOf(member) });
    }
    this.positions.delete(member);
    member.restart();
  }

  /** How far a member has come in what it has. */
  private positionsOf(member: ModelClassicMember): ReadonlyMap<string, number> {
    return new Map([...(this.positions.get(member) ?? [])].filter(([place]) => member.owned.has(place)));
  }

  private leave(member: ModelClassicMember): void {
    this.positions.delete(member);
    member.leave();
  }

  private poll(member: ModelClassicMember): void {
    const positions = this.positions.get(member);
    for (const place of member.isAtRest ? member.owned : []) {
      const next = (positions?.get(place) ?? 0) + 1;
      positions?.set(place, next);
      this.delivered.set(place, Math.max(this.delivered.get(place) ?? 0, next));
    }
  }

  /** Commits how far the member has come; that must not change the group. */
  private commit(member: ModelClassicMember): void {
    const { classic } = this.bench;
    const before = classic && structuredClone(classic);
    this.send(member.memberId, member.instanceId, member.generation, this.positionsOf(member));
    if (JSON.stringify(classic, plain) !== JSON.stringify(before, plain))
      violated('GRI-7', `a commit of ${member.name} has changed the group.`);
  }

  /** A process that was replaced, or taken for dead, wakes up and commits. */
  private zombieCommits(who: number): void {
    const zombie = this.zombies.at(-1 - who);
    if (zombie === undefined) return;
    const error = this.send(zombie.memberId, zombie.member.instanceId, zombie.generation, zombie.position);
    const isStill = zombie.memberId === zombie.member.memberId || zombie.position.size === 0;
    if (error === 'NONE' && zombie.member.instanceId !== null && !isStill && zombie.member.memberId !== '')
      violated('GRC-10', `${zombie.memberId}, whose place ${zombie.member.memberId} has taken, could commit.`);
  }

  private send(
    memberId: string,
    groupInstanceId: string | null,
    generationId: number,
    positions: ReadonlyMap<string, number>,
  ): string {
    if (memberId === '' || positions.size === 0) return 'UNKNOWN_MEMBER_ID';
    // Besides what it reads it commits for a topic that nobody subscribes to.
    const offsets = [...positions, ['b/0', 1] as const].map(([place, offset]) => {
      const [topic = '', partition = ''] = place.split('/');
      return { topic, topicId: zeroUuid, partition: Number(partition), offset, leaderEpoch: -1, metadata: null };
    });
    const error = this.bench.commit({ memberId, groupInstanceId, generationId, offsets });
    if (error === 'NONE') for (const [place, offset] of positions) this.committed.set(place, offset);
    return error;
  }

  private get stored(): ReadonlyMap<string, { readonly offset: number; readonly commitTimestamp: number }> {
    const offsets = this.bench.stored.get(groupId)?.offsets ?? new Map<string, never>();
    return new Map(
      [...offsets].flatMap(([topic, partitions]) =>
        [...partitions].map(([partition, value]) => [`${topic}/${partition}`, value] as const),
      ),
    );
  }

  private noteRound(
    members: readonly MemberSubscription[],
    assigned: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>,
  ): void {
    this.rounds++;
    const owners = new Map<string, string>();
    for (const [memberId, topics] of assigned)
      for (const [topic, partitions] of topics) for (const p of partitions) owners.set(`${topic}/${p}`, memberId);
    this.lastRound = { members, owners, partitions: this.partitions.length };
    if (this.isIncremental) this.checkRound(this.lastRound);
  }

  /** What is claimed in the newest generation goes to nobody else before it is given up; and what nobody claims goes to somebody. */
  private checkRound({ members, owners }: Round): void {
    const newest = Math.max(...members.map(({ generationId }) => generationId));
    const claims = new Map<string, string[]>();
    for (const { memberId, owned, generationId } of members)
      if (generationId === newest && generationId >= 0)
        for (const [topic, partitions] of owned)
          for (const partition of partitions)
            claims.set(`${topic}/${partition}`, [...(claims.get(`${topic}/${partition}`) ?? []), memberId]);
    for (const place of this.partitions) {
      const [claimant, ...others] = claims.get(place) ?? [];
      const owner = owners.get(place);
      if (claimant !== undefined && others.length === 0 && owner !== undefined && owner !== claimant)
        violated('GRI-3', `${place} went from ${claimant} to ${owner} within one round.`);
      const [topic = '', partition = ''] = place.split('/');
      // Also what is claimed from an older generation is waited for: its claimant does not know yet that it has lost it.
      const isClaimed = members.some(({ owned }) => owned.get(topic)?.includes(Number(partition)));
      if (!isClaimed && owner === undefined) violated('GRI-3', `${place}, which nobody has, was given to nobody.`);
    }
    const least = Math.floor(this.partitions.length / members.length);
    for (const { memberId, generationId, owned } of members) {
      const had = generationId === newest ? [...owned].flatMap(([topic, all]) => all.map((p) => `${topic}/${p}`)) : [];
      const own = had.filter((place) => claims.get(place)?.length === 1);
      const lost = own.filter((place) => owners.get(place) !== memberId);
      if (lost.length > Math.max(0, own.length - least))
        violated('GRI-2', `${memberId} had to give up ${lost.join()} of ${own.join()}; evenness asks for less.`);
    }
  }

  private noteAssigned(member: ModelClassicMember, before: Named, given: Named): void {
    const known = this.positions.get(member);
    const positions = new Map<string, number>();
    for (const place of given) {
      const kept = this.isIncremental && before.has(place) ? known?.get(place) : undefined;
      positions.set(place, kept ?? this.startOf(place));
    }
    this.positions.set(member, positions);
  }

  /** Where a member begins: at the last commit. */
  private startOf(place: string): number {
    const found = this.stored.get(place)?.offset;
    if (found !== this.committed.get(place))
      violated('GRC-4', `${place} begins at ${found}, but what was committed last is ${this.committed.get(place)}.`);
    return found ?? 0;
  }

  private checkGeneration(): void {
    const written = this.bench.stored.get(groupId)?.metadata?.generationId;
    // A group of which nothing was left begins anew.
    if (written !== undefined && written < this.generation)
      violated('GRC-3', `generation ${written} was handed out after generation ${this.generation}.`);
    this.generation = written ?? 0;
  }

  private checkOwners(): void {
    const owners = new Map<string, string>();
    for (const member of this.members.filter(({ isMember, isAsleep }) => isMember && !isAsleep))
      for (const place of member.owned) {
        const other = owners.get(place);
        if (other !== undefined) violated('GRC-1', `${place} is in the hands of ${other} and ${member.name}.`);
        owners.set(place, member.name);
      }
  }

  private checkCommits(step: ClassicStep, before: ClassicLife['stored']): void {
    const after = this.stored;
    for (const [place, { offset, commitTimestamp }] of before) {
      const now = after.get(place);
      if (now === undefined) {
        const reason = step.do === 'expire' ? this.whyNotExpired(place, commitTimestamp) : 'nothing had expired';
        if (reason !== undefined) violated('GRC-8', `the commit of ${place} has gone, but ${reason}.`);
        this.committed.delete(place);
      } else if (now.offset < offset && place !== 'b/0')
        violated('GRC-6', `the commit of ${place} fell from ${offset} to ${now.offset}.`);
    }
    for (const [place, { offset }] of after)
      if (place !== 'b/0' && offset > (this.delivered.get(place) ?? 0))
        violated('GRC-6', `${offset} was committed for ${place}, which was read up to ${this.delivered.get(place)}.`);
  }

  /** Why an offset must not be forgotten yet; undefined if it may. */
  private whyNotExpired(place: string, commitTimestamp: number): string | undefined {
    const { now, classic } = this.bench;
    const age = now - commitTimestamp;
    // The group itself may be gone with its last offset.
    if (classic === undefined || classic.state === 'Empty') {
      const since = this.emptySince ?? now;
      return now - since + resolutionMs >= retentionMs ? undefined : `the group is empty since ${now - since} ms only`;
    }
    if (classic.state !== 'Stable') return `the group is ${classic.state}`;
    if (place !== 'b/0') return 'its topic is subscribed to';
    return age >= retentionMs ? undefined : `it is ${age} ms old only`;
  }
}

function plain(_: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value;
}
