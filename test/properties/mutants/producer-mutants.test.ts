import { describe, expect, test } from 'vitest';
import { flappingPlans, patientPlans, pickyPlans } from '../producer-plan.js';
import * as rules from '../producer-rules.js';
import { runProducer, type ProducerVariation } from '../producer-run.js';
import { counterexample } from '../replay.js';
import * as broken from './broken-producers.js';

interface ProducerMutant {
  readonly rule: rules.ProducerRule;
  readonly plans: typeof patientPlans;
  /** What is broken. */
  readonly mutate: broken.Switch;
  readonly variation?: ProducerVariation;
  readonly found: RegExp;
}

/** By what they break; the numbers are those of the historic bugs that they bring back. */
const mutants: Readonly<Record<string, ProducerMutant>> = {
  'IDP-1 (14, KAFKA-5494) several batches in flight, and naive retries': {
    rule: rules.storedOnceInOrder,
    plans: patientPlans,
    mutate: broken.sendsWithoutWaiting,
    variation: { idempotent: false },
    found: /IDP-1 is broken: partition \d holds/,
  },
  'IDP-4 (44, kafkajs #598) a number is kept for what was given up': {
    rule: rules.goesOnAfterRefusal,
    plans: pickyPlans,
    mutate: broken.countsWhatIsGivenUp,
    found: /IDP-4 is broken: the send of value \d+ came to (not-stored|unknown|pending), expected stored/,
  },
  'IDP-8 (47, librdkafka 1.9) numbers begin anew with the metadata': {
    rule: rules.numbersOutliveTheMetadata,
    plans: flappingPlans,
    mutate: broken.countsAnewWithTheMetadata,
    found: /IDP-8 is broken/,
  },
  'the history (47, librdkafka 1.9) of a producer whose numbers begin anew with the metadata': {
    rule: rules.producerHistoryIsSound,
    plans: flappingPlans,
    mutate: broken.countsAnewWithTheMetadata,
    found: /the history is broken: (false-dedup|lost-write|unseen|inconsistent-offsets|duplicate|nonmonotonic-send)/,
  },
  'IDP-1 what may be stored is numbered anew too soon': {
    rule: rules.storedOnceInOrder,
    plans: patientPlans,
    mutate: broken.renumbersTooSoon,
    found: /IDP-1 is broken/,
  },
  'IDP-1 more on their way than a broker can tell apart': {
    rule: rules.storedOnceInOrder,
    plans: patientPlans,
    mutate: broken.overrunsTheWindow,
    found: /IDP-1 is broken/,
  },
};

describe('each rule of idempotence is broken by its mutant, and the property finds it', () => {
  test.each(Object.entries(mutants))(
    '%s',
    { timeout: 120_000 },
    async (_, { rule, plans, mutate, variation, found }) => {
      const mend = mutate();
      try {
        expect(await counterexample(plans, async (plan) => rule(await runProducer(plan, variation)), 400)).toMatch(
          found,
        );
      } finally {
        mend();
      }
    },
  );
});
