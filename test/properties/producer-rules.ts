import { checkHistory } from '../../src/engine/history/check-history.js';
import type { ProducerRun } from './producer-run.js';

/** A rule of idempotent producers: throws an error that names it if a run breaks it. */
export type ProducerRule = (run: ProducerRun) => void;

const violated = (rule: string, what: string): never => {
  throw new Error(`${rule} is broken: ${what}`);
};

/** What a partition was sent, as far as `isWanted`, in the sequence of the sends. */
function sentTo({ plan }: ProducerRun, partition: number, isWanted: (value: number) => boolean): number[] {
  return plan.records.flatMap((to, value) => (to % plan.partitions === partition && isWanted(value) ? [value] : []));
}

/** Each partition holds the values that `isWanted`, each once and in the sequence of the sends, where the producer was told. */
function expectLogs(rule: string, run: ProducerRun, isWanted: (value: number) => boolean): void {
  run.logs.forEach((log, partition) => {
    const found = log.map(({ value }) => value);
    const expected = sentTo(run, partition, isWanted);
    if (found.join() !== expected.join())
      violated(rule, `partition ${partition} holds the values [${found.join()}], expected [${expected.join()}].`);
    for (const { offset, value } of log) {
      const told = run.told[value];
      if (told !== undefined && told !== offset)
        violated(
          rule,
          `value ${value} is at offset ${offset} of partition ${partition}, but its send was told ${told}.`,
        );
    }
  });
}

const allStoredOnceInOrder =
  (rule: string): ProducerRule =>
  (run) => {
    const open = run.outcomes.findIndex((outcome) => outcome !== 'stored');
    if (open >= 0) violated(rule, `the send of value ${open} came to ${run.outcomes[open]}.`);
    expectLogs(rule, run, () => true);
  };

/** IDP-1 Whatever is lost, repeated or late: each value is in the log once, in the sequence of the sends, and every send is told so. */
export const storedOnceInOrder: ProducerRule = allStoredOnceInOrder('IDP-1');

/** IDP-8 A topic that vanishes from the metadata and comes back has its batches numbered on. */
export const numbersOutliveTheMetadata: ProducerRule = allStoredOnceInOrder('IDP-8');

/** IDP-4 What follows a record that was refused for good is numbered anew: none of it is lost, none stored twice. */
export const goesOnAfterRefusal: ProducerRule = (run) => {
  const isAcceptable = (value: number): boolean => !run.plan.unacceptable.includes(value);
  run.outcomes.forEach((outcome, value) => {
    // Of one that is refused after its first answer was lost the producer can't be certain.
    const expected = isAcceptable(value) ? ['stored'] : ['not-stored', 'unknown'];
    if (!expected.includes(outcome))
      violated('IDP-4', `the send of value ${value} came to ${outcome}, expected ${expected.join(' or ')}.`);
  });
  expectLogs('IDP-4', run, isAcceptable);
};

/** IDP-9 What was told to have failed never appears; what was acknowledged does, once; what nobody knows, at most once; all in the sequence of the sends. */
export const failedNeverAppears: ProducerRule = (run) => {
  const open = run.outcomes.indexOf('pending');
  if (open >= 0) violated('IDP-9', `the send of value ${open} was never settled.`);
  const stored = new Set(run.logs.flatMap((log) => log.map(({ value }) => value)));
  const wronglyFailed = run.outcomes.findIndex((outcome, value) => outcome === 'not-stored' && stored.has(value));
  if (wronglyFailed >= 0) violated('IDP-9', `value ${wronglyFailed} is stored, but its send was told that it is not.`);
  expectLogs('IDP-9', run, (value) => run.outcomes[value] === 'stored' || stored.has(value));
};

/** Every predicate of the checker. */
export const producerHistoryIsSound: ProducerRule = ({ history }) => {
  const [found] = checkHistory(history);
  if (found !== undefined)
    violated('the history', `${found.name}: ${found.message} Lines ${found.evidence.join(', ')}.`);
};
