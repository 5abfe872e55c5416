import { test } from 'vitest';
import { flappingPlans, hastyPlans, patientPlans, pickyPlans } from './producer-plan.js';
import {
  failedNeverAppears,
  goesOnAfterRefusal,
  numbersOutliveTheMetadata,
  producerHistoryIsSound,
  storedOnceInOrder,
  type ProducerRule,
} from './producer-rules.js';
import { runProducer } from './producer-run.js';
import { holds } from './replay.js';

const rules: Readonly<
  Record<string, { readonly rules: readonly ProducerRule[]; readonly plans: typeof patientPlans }>
> = {
  'IDP-1 with 1 to 5 requests in flight the log holds each value once, in the order of the calls': {
    rules: [storedOnceInOrder, producerHistoryIsSound],
    plans: patientPlans,
  },
  'IDP-4 after a gap the rest is numbered anew: none of it is lost, none is stored twice': {
    rules: [goesOnAfterRefusal, producerHistoryIsSound],
    plans: pickyPlans,
  },
  'IDP-8 a topic that vanishes from the metadata and comes back is numbered on': {
    rules: [numbersOutliveTheMetadata, producerHistoryIsSound],
    plans: flappingPlans,
  },
  'IDP-9 what has failed never appears, and what is uncertain is told as such': {
    rules: [failedNeverAppears, producerHistoryIsSound],
    plans: hastyPlans,
  },
};

test.each(Object.entries(rules))('%s', { timeout: 120_000 }, async (name, { rules: claimed, plans }) => {
  const claim = async (plan: Parameters<typeof runProducer>[0]): Promise<void> => {
    const run = await runProducer(plan);
    for (const rule of claimed) rule(run);
  };
  await holds({ file: 'idempotence.test.ts', name }, plans, claim, Number(process.env['PARTITA_RUNS'] ?? 50));
});
