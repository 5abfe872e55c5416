import fc from 'fast-check';
import { StateRestorer } from '../../../src/engine/streams/runtime/state-restorer.js';
import { TaskManager } from '../../../src/engine/streams/runtime/task-manager.js';
import { TaskProducer } from '../../../src/engine/streams/runtime/task-producer.js';
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
      search(crashPlans(['largest', 'count'])),
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
      search(crashPlans(['stateless'])),
    ),
  },
];
