import fc from 'fast-check';
import { describe, it } from 'vitest';
import { findsMutants } from '../../mutants/mutant.js';
import { producerLogMutants, producersHold, type ProducerLaw } from './producer-laws.js';

const laws: Readonly<Record<ProducerLaw, string>> = {
  'IDP-3': 'one of the last five batches is answered with its place, an older one refused; nothing is appended twice',
  'IDP-5': 'after 2^31-1 comes 0, also in the middle of a batch, and what is sent again is known there, too',
  'IDP-6': 'what is known is what the log tells: after a failure, a crash and a restart',
  'IDP-7': 'a producer is forgotten once it was quiet for the expiration, markers counted, and not before',
};

describe('what a log knows of idempotent producers', () => {
  it.each(Object.entries(laws) as [ProducerLaw, string][])('%s %s', (law) =>
    fc.assert(producersHold(law), { numRuns: 50 }),
  );
});

findsMutants(producerLogMutants);
