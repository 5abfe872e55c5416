import fc from 'fast-check';
import { searchProperty, type Mutant } from '../../mutants/mutant.js';
import { flappingPlans, patientPlans, pickyPlans } from '../producer-plan.js';
import * as rules from '../producer-rules.js';
import { runProducer, type ProducerVariation } from '../producer-run.js';
import * as broken from './broken-producers.js';

interface BrokenProducer {
  readonly rule: rules.ProducerRule;
  readonly plans: typeof patientPlans;
  /** What is broken. */
  readonly mutate: broken.Switch;
  readonly variation?: ProducerVariation;
}

function producerMutant({
  rule,
  plans,
  mutate,
  variation,
  ...mutant
}: Omit<Mutant, 'search'> & BrokenProducer): Mutant {
  const property = fc.asyncProperty(plans, async (plan) => rule(await runProducer(plan, variation)));
  const search = async () => {
    const mend = mutate();
    try {
      return await searchProperty(property, 400);
    } finally {
      mend();
    }
  };
  return { ...mutant, search };
}

/** What the rules of producers must find. */
export const producerMutants: readonly Mutant[] = [
  producerMutant({
    property: 'IDP-1',
    breaks: 'several batches in flight, and naive retries',
    bugs: [14],
    says: /IDP-1 is broken: partition \d holds/,
    rule: rules.storedOnceInOrder,
    plans: patientPlans,
    mutate: broken.sendsWithoutWaiting,
    variation: { idempotent: false },
  }),
  producerMutant({
    property: 'IDP-4',
    breaks: 'a number is kept for what was given up',
    bugs: [44],
    says: /IDP-4 is broken: the send of value \d+ came to (not-stored|unknown|pending), expected stored/,
    rule: rules.goesOnAfterRefusal,
    plans: pickyPlans,
    mutate: broken.countsWhatIsGivenUp,
  }),
  producerMutant({
    property: 'IDP-8',
    breaks: 'numbers begin anew with the metadata',
    bugs: [47],
    says: /IDP-8 is broken/,
    rule: rules.numbersOutliveTheMetadata,
    plans: flappingPlans,
    mutate: broken.countsAnewWithTheMetadata,
  }),
  producerMutant({
    property: 'history',
    breaks: 'a producer whose numbers begin anew with the metadata',
    bugs: [47],
    says: /the history is broken: (false-dedup|lost-write|unseen|inconsistent-offsets|duplicate|nonmonotonic-send)/,
    rule: rules.producerHistoryIsSound,
    plans: flappingPlans,
    mutate: broken.countsAnewWithTheMetadata,
  }),
  producerMutant({
    property: 'IDP-1',
    breaks: 'what may be stored is numbered anew too soon',
    says: /IDP-1 is broken/,
    rule: rules.storedOnceInOrder,
    plans: patientPlans,
    mutate: broken.renumbersTooSoon,
  }),
  producerMutant({
    property: 'IDP-1',
    breaks: 'more on their way than a broker can tell apart',
    says: /IDP-1 is broken/,
    rule: rules.storedOnceInOrder,
    plans: patientPlans,
    mutate: broken.overrunsTheWindow,
  }),
];
