import fc from 'fast-check';
import { ChangeForwarder } from '../../../src/engine/streams/processors/change-forwarder.js';
import { StreamJoinSide } from '../../../src/engine/streams/processors/stream-join-side.js';
import { WindowResults } from '../../../src/engine/streams/processors/window-results.js';
import { StateRestorer } from '../../../src/engine/streams/runtime/state-restorer.js';
import { TaskManager } from '../../../src/engine/streams/runtime/task-manager.js';
import { TaskProducer } from '../../../src/engine/streams/runtime/task-producer.js';
import { BytesKeyValueStore } from '../../../src/engine/streams/state/key-value-store.js';
import { ExpiringRows } from '../../../src/engine/streams/state/expiring-rows.js';
import { SuppressionBuffer } from '../../../src/engine/streams/state/suppression-buffer.js';
import { BytesVersionedStore } from '../../../src/engine/streams/state/versioned-store.js';
import { RecordQueue } from '../../../src/engine/streams/task/record-queue.js';
import { withHastyJoinTime } from '../../engine/streams/processors/stream-join-laws.js';
import { withRepeatsSwallowed } from '../../engine/streams/state/restore-laws.js';
import { inPlaceOf, searchProperty, type Mutant } from '../../mutants/mutant.js';
import { holdsToItsRules } from './application-claims.js';
import { crashPlans, peacefulPlans, type ApplicationPlan } from './application-plan.js';

const tries = 40;

const search = (plans: fc.Arbitrary<ApplicationPlan>) => () =>
  searchProperty(fc.asyncProperty(plans, holdsToItsRules), tries);

/** Instances of applications that break a rule of the runtime on purpose. */
export const applicationMutants: readonly Mutant[] = [
  {
    breaks: 'a task that begins before its stores are read back',
    property: 'STR-9',
    search: inPlaceOf(
      StateRestorer.prototype,
      'add',
      () => (restorations) => {
        for (const { done } of restorations) done();
      },
      search(crashPlans(['sets', 'count'])),
    ),
  },
  {
    breaks: 'an instance that gives tasks up without committing what they have processed',
    property: 'STR-1',
    search: inPlaceOf(
      TaskManager.prototype,
      'revoke',
      () =>
        function (this: TaskManager, partitions) {
          this.lose(partitions);
          return Promise.resolve();
        },
      search(peacefulPlans(['count', 'stateless'])),
    ),
  },
  {
    breaks: 'an instance that commits offsets before what came of them has arrived',
    property: 'STR-8',
    search: inPlaceOf(
      TaskProducer.prototype,
      'flush',
      () => () => Promise.resolve(),
      search(crashPlans(['stateless']).map((plan) => ({ ...plan, commitIntervalMs: 100 }))),
    ),
  },
  {
    breaks: 'a table that passes on what it had before in place of what it has now',
    property: 'STR-2',
    search: inPlaceOf(
      ChangeForwarder.prototype,
      'maybeForward',
      (maybeForward) =>
        function (this: ChangeForwarder<unknown, unknown>, key, newValue, oldValue, ...rest) {
          maybeForward.call(this, key, oldValue ?? newValue, oldValue, ...rest);
        },
      search(crashPlans(['sets'])),
    ),
  },
  {
    breaks: 'windows of time that never see time go on, and take what is late',
    property: 'STR-3',
    search: inPlaceOf(WindowResults.prototype, 'observe', () => () => undefined, search(crashPlans(['hopping']))),
  },
  {
    breaks: 'a suppression that comes back without what it held',
    property: 'STR-4',
    search: inPlaceOf(
      SuppressionBuffer.prototype,
      'restore',
      () => () => undefined,
      search(crashPlans(['suppressed'])),
    ),
  },
  {
    breaks: 'a join that takes every window for over at once, in an application that crashes',
    property: 'STR-5',
    bugs: [37],
    search: withHastyJoinTime(search(crashPlans(['leftJoin', 'outerJoin']))),
  },
  {
    breaks:
      'a join that lets the records of one side wait as long as those of the other, in an application that crashes',
    property: 'STR-5',
    bugs: [38],
    search: inPlaceOf(
      StreamJoinSide.prototype,
      'process',
      (process) =>
        function (this: StreamJoinSide<unknown, unknown, unknown, unknown>, record) {
          const lookahead = this['options'].lookahead as { left: number; right: number };
          lookahead.left = lookahead.right;
          process.call(this, record);
        },
      search(crashPlans(['outerJoin'])),
    ),
  },
  {
    breaks: 'a versioned table that gives its latest row, whatever the time',
    property: 'STR-6',
    search: inPlaceOf(
      BytesVersionedStore.prototype,
      'get',
      (get) =>
        function (this: BytesVersionedStore<unknown, unknown>, key) {
          return get.call(this, key);
        },
      search(crashPlans(['asOf'])),
    ),
  },
  {
    breaks: 'a store that comes back with rows that were deleted',
    property: 'STR-7',
    search: inPlaceOf(
      BytesKeyValueStore.prototype,
      'restore',
      (restore) =>
        function (this: BytesKeyValueStore<unknown, unknown, unknown>, records) {
          restore.call(
            this,
            records.filter(({ value }) => value !== null),
          );
        },
      search(crashPlans(['tables'])),
    ),
  },
  {
    breaks: 'an instance that commits what it gives up, and goes on with it',
    property: 'STR-10',
    search: inPlaceOf(
      TaskManager.prototype,
      'revoke',
      () =>
        async function (this: TaskManager) {
          await this.commit();
        },
      search(peacefulPlans(['stateless'])),
    ),
  },
  {
    breaks:
      'a table that passes on only what changes its rows, so that a record that is read again is swallowed, in an application that crashes',
    property: 'STR-11',
    bugs: [39],
    search: withRepeatsSwallowed(search(crashPlans(['changes']))),
  },
  {
    breaks: 'a task that takes what came together from behind',
    property: 'STR-12',
    search: inPlaceOf(
      RecordQueue.prototype,
      'add',
      (add) =>
        function (this: RecordQueue, records) {
          add.call(this, records.toReversed());
        },
      search(crashPlans(['stateless'])),
    ),
  },
  {
    breaks: 'stores of windows that forget all but the newest segment',
    property: 'STR-13',
    search: inPlaceOf(
      ExpiringRows.prototype,
      'write',
      (write) =>
        function (this: ExpiringRows, key, time, rank, after) {
          const isTaken = write.call(this, key, time, rank, after);
          this.rows.expireBefore(this.streamTime);
          return isTaken;
        },
      search(crashPlans(['kept'])),
    ),
  },
];
