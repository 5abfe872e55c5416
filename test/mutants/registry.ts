import { recreationMutants } from '../engine/broker/recreated-topic-laws.js';
import { cleaningMutants } from '../engine/log/cleaner/compaction-laws.js';
import { coordinatorMutants } from '../engine/group/coordinator-mutants.js';
import { concurrencyMutants } from '../engine/log/concurrent-appends.js';
import { consumerMutants } from '../engine/client/consumer-mutants.js';
import { crashMutants } from '../engine/log/crashes/crash-mutants.js';
import { lookupMutants } from '../engine/log/log-lookups.js';
import { producerLogMutants } from '../engine/log/producer-laws.js';
import { logMutants } from '../engine/log/log-mutants.js';
import { retentionMutants } from '../engine/log/retention-laws.js';
import { streamJoinMutants } from '../engine/streams/processors/stream-join-laws.js';
import { restoreMutants } from '../engine/streams/state/restore-laws.js';
import { tabMutants } from '../engine/platform/browser/tabs/tab-storms.js';
import { faultMutants } from '../properties/mutants/fault-mutants.js';
import { groupMutants } from '../properties/mutants/group-mutants.js';
import { producerMutants } from '../properties/mutants/producer-mutants.js';
import { applicationMutants } from '../properties/streams/application-mutants.js';
import type { Mutant } from './mutant.js';

/** Every mutant that there is, by what they break. */
export const mutants: readonly Mutant[] = [
  ...logMutants,
  ...producerLogMutants,
  ...lookupMutants,
  ...concurrencyMutants,
  ...retentionMutants,
  ...cleaningMutants,
  ...crashMutants,
  ...recreationMutants,
  ...tabMutants,
  ...groupMutants,
  ...coordinatorMutants,
  ...producerMutants,
  ...consumerMutants,
  ...faultMutants,
  ...streamJoinMutants,
  ...restoreMutants,
  ...applicationMutants,
];
