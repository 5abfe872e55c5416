import fc from 'fast-check';
import { ProducerBatch } from '../../../src/engine/client/producer-batch.js';
import { Reading } from '../../../src/engine/client/reading.js';
import { UndeliveredError } from '../../../src/engine/client/undelivered-error.js';
import { searchProperty, type Mutant } from '../../mutants/mutant.js';
import { faultPlans } from '../faults/fault-plan.js';
import type { FaultVariation } from '../faults/fault-run.js';
import { play } from '../faults/search.js';
import { losesProduces } from './broken-logs.js';
import { broken, type Switch } from './broken-producers.js';

const size = { requests: 10, recordsPerRequest: 3, happenings: 6, faultyMs: 6_000 };

function faultMutant({
  mutate,
  variation,
  ...mutant
}: Omit<Mutant, 'search'> & { readonly mutate?: Switch; readonly variation?: FaultVariation }): Mutant {
  const property = fc.asyncProperty(faultPlans(size), (plan) =>
    play(plan, variation === undefined ? {} : { variation }),
  );
  const search = async () => {
    const mend = mutate?.();
    try {
      return await searchProperty(property, 60);
    } finally {
      mend?.();
    }
  };
  return { ...mutant, search };
}

/** Says that a commit worked, whatever came of it. */
const believesItsCommits: Switch = () =>
  broken(
    Reading.prototype,
    'commitHandled',
    (original) =>
      async function (this: Reading, ...options) {
        await original.apply(this, options);
        return true;
      },
  );

/** Says of everything that is given up that it is not stored. */
const claimsToKnow: Switch = () =>
  broken(
    ProducerBatch.prototype,
    'fail',
    (original) =>
      function (this: ProducerBatch, error) {
        const isUnsure = error instanceof UndeliveredError && error.mayBeStored;
        original.call(this, isUnsure ? new UndeliveredError(error.code, error.message, false) : error);
      },
  );

/** What the search with faults must find. */
export const faultMutants: readonly Mutant[] = [
  faultMutant({
    property: 'faults',
    breaks: 'a broker that forgets what it acknowledged',
    says: /inconsistent-offsets|lost-write|unseen|false-dedup/,
    variation: { broker: losesProduces },
  }),
  faultMutant({
    property: 'L3',
    breaks: 'a consumer that does not try again to commit by itself',
    says: /L3: group-\d has committed \d+ of \d+/,
    mutate: believesItsCommits,
  }),
  faultMutant({
    property: 'IDP-9',
    breaks: 'a producer that is certain of what it can not know',
    says: /aborted-read|unacked-resurrection/,
    mutate: claimsToKnow,
  }),
];
