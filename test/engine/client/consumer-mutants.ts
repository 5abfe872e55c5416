import fc from 'fast-check';
import { AssignedPartition, AssignedPartitions } from '../../../src/engine/client/assigned-partitions.js';
import { GroupCoordinator } from '../../../src/engine/client/group-coordinator.js';
import { ClassicMembership } from '../../../src/engine/client/membership/classic-membership.js';
import { Queue } from '../../../src/engine/client/offset-commits.js';
import { Ownership } from '../../../src/engine/client/ownership.js';
import { Reading } from '../../../src/engine/client/reading.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import { searchOnce, searchProperty, type Mutant } from '../../mutants/mutant.js';
import { busyPlans } from '../../properties/group-plan.js';
import { commitsOnlyWhatIsHandled } from '../../properties/group-rules.js';
import { runPlan } from '../../properties/group-run.js';
import { consumerLaws } from './consumer-laws.js';

type Method = (this: never, ...args: never[]) => unknown;

/** Holds a law to a class one of whose methods is another, for that long. */
function consumerMutant<Class extends object, Name extends keyof Class>(
  { law, ...mutant }: Omit<Mutant, 'search' | 'property'> & { readonly law: keyof typeof consumerLaws },
  prototype: Class,
  method: Name,
  replaced: (original: Class[Name]) => Class[Name],
): Mutant {
  return {
    ...mutant,
    property: law.split(/[ :]/)[0] ?? law,
    search: () =>
      searchOnce(async () => {
        const original = prototype[method];
        prototype[method] = replaced(original);
        try {
          await consumerLaws[law]();
        } finally {
          prototype[method] = original;
        }
      }),
  };
}

const called = (method: unknown, self: unknown, ...args: readonly unknown[]): unknown =>
  (method as (...all: unknown[]) => unknown).apply(self, [...args]);
/** Has commits go by `rule` when they ask whether a partition has been held since they began. */
const committingWhere =
  (rule: (isHeld: boolean, isFirst: boolean) => boolean) =>
  (original: AssignedPartitions['committing']): AssignedPartitions['committing'] =>
    function (this: AssignedPartitions, offsets) {
      const seen = new Set<unknown>();
      const begun = original.call(this, offsets);
      return {
        ...begun,
        isHeld: (offset) => {
          const isFirst = !seen.has(offset);
          seen.add(offset);
          return rule(begun.isHeld(offset), isFirst);
        },
      };
    };
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says what it stands for
const as = <Value>(method: Method): Value => method as unknown as Value;

/** The same defect, looked for in generated runs of members that poll. */
const committingTooFar: Mutant = {
  breaks: 'members that poll, and commit what the current poll returns',
  property: 'GRC-6',
  bugs: [59],
  says: /GRC-6 is broken/,
  search: async () => {
    const original = AssignedPartitions.prototype.uncommittedNow;
    AssignedPartitions.prototype.uncommittedNow = function () {
      return () => this.uncommitted();
    };
    const property = fc.asyncProperty(busyPlans, async (plan) => {
      const consumer = { autoCommitInterval: 300, maxPollRecords: 3 };
      commitsOnlyWhatIsHandled(await runPlan(plan, { reads: 'polls', consumer }));
    });
    try {
      return await searchProperty(property, 15);
    } finally {
      AssignedPartitions.prototype.uncommittedNow = original;
    }
  },
};

/** What the rules of consumers must find. */
export const consumerMutants: readonly Mutant[] = [
  committingTooFar,
  consumerMutant(
    {
      law: 'GRC-7 nothing is handed out once the commit of a revocation is under way',
      breaks: 'a consumer that hands out records while the commit of a revocation is in flight',
      bugs: [30],
      says: /GRC-7 is broken/,
    },
    Ownership.prototype,
    'markLeaving',
    () => () => undefined,
  ),
  consumerMutant(
    {
      law: 'GRC-6 committed-too-far: a poll commits nothing that it is about to return',
      breaks: 'a consumer that commits what the current poll returns',
      bugs: [59],
      says: /committed-too-far/,
    },
    AssignedPartitions.prototype,
    'uncommittedNow',
    () =>
      as(function (this: AssignedPartitions) {
        return () => this.uncommitted();
      }),
  ),
  consumerMutant(
    {
      law: 'GRC-6 commit-beyond-poll: what is only fetched is not committed',
      breaks: 'a consumer that commits what it has only fetched',
      bugs: [1],
      says: /commit-beyond-poll/,
    },
    AssignedPartitions.prototype,
    'uncommitted',
    () =>
      as(function (this: AssignedPartitions) {
        return this.all.flatMap(({ topic, partition, fetchOffset }) =>
          fetchOffset === undefined ? [] : [{ topic, partition, offset: fetchOffset }],
        );
      }),
  ),
  consumerMutant(
    {
      law: 'GRC-9 commit-regression: a commit that is tried again does not come after a later one',
      breaks: 'a consumer that tries an older commit again after a newer one',
      bugs: [53],
      says: /commit-regression/,
    },
    Queue.prototype,
    'run',
    () => (work) => work(),
  ),
  consumerMutant(
    {
      law: 'GRC-6 callback-order: records that are handled out of order leave no smaller offset to be committed',
      breaks: 'a consumer that takes what was handled last for how far it has come',
      bugs: [54],
      says: /callback-order/,
    },
    AssignedPartition.prototype,
    'advance',
    () =>
      as(function (this: AssignedPartition, offset: number) {
        this.position = offset;
        if (this.fetchOffset === undefined || offset > this.fetchOffset) this.fetchOffset = offset;
      }),
  ),
  consumerMutant(
    {
      law: 'GRC-6 zombie-commit: what has gone to another member can not be committed any more',
      breaks: 'a consumer that commits for partitions that it does not have',
      bugs: [43],
      says: /zombie-commit/,
    },
    AssignedPartitions.prototype,
    'committing',
    committingWhere(() => true),
  ),
  consumerMutant(
    {
      law: 'GRN-5 zombie-commit: what is tried again in a later epoch is not committed once another member has it',
      breaks:
        'a consumer that has what it tries to commit again pass by its new epoch, whatever became of the partitions',
      bugs: [34],
      says: /zombie-commit/,
    },
    AssignedPartitions.prototype,
    'committing',
    committingWhere((isHeld, isFirst) => isHeld || !isFirst),
  ),
  consumerMutant(
    {
      law: 'GRN-5 zombie-commit: a classic member whose session ends while its join can not get through learns it before it joins again',
      breaks: 'a member that is unknown to its group, and takes it for a rebalance',
      bugs: [34],
      says: /GRN-5 zombie-commit/,
    },
    GroupCoordinator.prototype,
    'send',
    (original) =>
      as(async function (this: GroupCoordinator, api: unknown, ...rest: readonly unknown[]) {
        try {
          return await called(original, this, api, ...rest);
        } catch (error) {
          if (api !== 'Heartbeat' || !(error instanceof KafkaError) || error.code !== 'UNKNOWN_MEMBER_ID') throw error;
          throw new KafkaError('REBALANCE_IN_PROGRESS', error.message);
        }
      }),
  ),
  consumerMutant(
    {
      law: 'GRC-4 start-mismatch: what is paused and resumed before its offset is known begins at the commit',
      breaks: 'a consumer that reads from 0 what is resumed before its offset is known',
      bugs: [45],
      says: /start-mismatch/,
    },
    AssignedPartitions.prototype,
    'resume',
    (original) =>
      as(function (this: AssignedPartitions, topic: string, partitions: readonly number[] | undefined) {
        called(original, this, topic, partitions);
        for (const assigned of this.all) if (assigned.position === undefined) assigned.seek(0);
      }),
  ),
  consumerMutant(
    {
      law: 'GRC-4 start-mismatch: a partition that went and came back is read from what its other owner committed',
      breaks: 'a consumer that goes on at its own position in a partition that comes back',
      bugs: [46],
      says: /start-mismatch/,
    },
    AssignedPartitions.prototype,
    'remove',
    (original) =>
      as(function (this: AssignedPartitions, partitions: readonly AssignedPartition[]) {
        called(original, this, partitions);
        for (const { topic, partition, position } of partitions)
          if (position !== undefined) this.seek(topic, partition, position);
      }),
  ),
  consumerMutant(
    {
      law: 'GRC-4 start-mismatch: a partition that is paused while it is away begins at the commit too',
      breaks: 'a consumer that goes on at its own position in a partition that is paused and comes back',
      bugs: [52],
      says: /start-mismatch/,
    },
    AssignedPartitions.prototype,
    'remove',
    (original) =>
      as(function (this: AssignedPartitions, partitions: readonly AssignedPartition[]) {
        called(original, this, partitions);
        for (const assigned of partitions)
          if (assigned.position !== undefined && this.isPaused(assigned))
            this.seek(assigned.topic, assigned.partition, assigned.position);
      }),
  ),
  consumerMutant(
    {
      law: 'GRC-4 start-mismatch: an error that passes resets no offset',
      breaks: 'a consumer that goes by its reset policy while the coordinator is loading',
      bugs: [51],
      says: /start-mismatch/,
    },
    GroupCoordinator.prototype,
    'send',
    (original) =>
      as(async function (this: GroupCoordinator, api: string, ...rest: readonly unknown[]) {
        try {
          return await called(original, this, api, ...rest);
        } catch (error) {
          if (api !== 'OffsetFetch' || !(error instanceof KafkaError)) throw error;
          return { groups: [], topics: [], errorCode: 0 };
        }
      }),
  ),
  consumerMutant(
    {
      law: 'poll-order: a seek drops what is on its way',
      breaks: 'a consumer that takes the answer to a fetch from before a seek',
      bugs: [49],
      says: /nonmonotonic-poll/,
    },
    AssignedPartition.prototype,
    'seek',
    (original) =>
      as(function (this: AssignedPartition, offset: number, source: unknown) {
        const { fetchEpoch } = this;
        called(original, this, offset, source);
        this.fetchEpoch = fetchEpoch;
      }),
  ),
  consumerMutant(
    {
      law: 'poll-order: a pause in the midst of what was fetched skips nothing',
      breaks: 'a consumer that throws away what it has fetched of a paused partition, and fetches on behind it',
      bugs: [50],
      says: /poll-skip/,
    },
    AssignedPartition.prototype,
    'rewind',
    () =>
      as(function (this: AssignedPartition) {
        this.fetchEpoch++;
      }),
  ),
  consumerMutant(
    {
      law: 'poll-order: what concerns another topic moves no position',
      breaks: 'a consumer that takes partitions of two topics with one number for the same',
      bugs: [55],
      says: /is broken/,
    },
    AssignedPartitions.prototype,
    'get',
    () =>
      as(function (this: AssignedPartitions, _topic: string, partition: number) {
        return this.all.find((assigned) => assigned.partition === partition);
      }),
  ),
  consumerMutant(
    {
      law: 'L3 a commit that can not be stored does not keep the member from joining again',
      breaks: 'a consumer that tries to commit before a join for ever',
      bugs: [31],
      says: /had not settled|L3 is broken/,
    },
    Reading.prototype,
    'commitHandled',
    () =>
      as(async function (this: Reading) {
        for (let tries = 0; tries < 1_000 && this.membership?.isCertain === true; tries++) {
          const offsets = [{ topic: 'orders', partition: 0, offset: 1 }];
          const stored = await this.commit(offsets, { retries: true, waitsForJoin: false }).then(
            () => true,
            (error: unknown) => !(error instanceof KafkaError && error.retriable),
          );
          if (stored) return;
        }
      }),
  ),
  consumerMutant(
    {
      law: 'GRC-1 the zombie that wakes up has lost its partitions, and can commit nothing',
      breaks: 'a member that keeps what it had when its group has put it out',
      bugs: [33],
      says: /GRC-1/,
    },
    Ownership.prototype,
    'lose',
    () => () => undefined,
  ),
  consumerMutant(
    {
      law: 'GRC-12 what answers an earlier generation changes nothing',
      breaks: 'a member that takes the refusal of an earlier generation for one of its own',
      bugs: [32],
      says: /GRC-12 is broken/,
    },
    ClassicMembership.prototype,
    'noteRefusal',
    (original) =>
      as(function (this: ClassicMembership, error: unknown, committer: unknown) {
        return called(original, this, error, this.isCertain ? this.committer() : committer);
      }),
  ),
];
