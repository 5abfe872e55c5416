import type { LogRunSpec, LogRunStep } from '../../../engine/scenario/log-run-spec.js';
import type { LogRunView } from '../../../engine/scenario/log-run-view.js';
import { heldAt, offsetsAt, withConfig, type LogQuestion, type LogScenario } from '../log-outcome.js';

export type StepId =
  | 'changes'
  | 'fill'
  | 'survivors'
  | 'clean'
  | 'saw-clean'
  | 'minute'
  | 'run-minute'
  | 'saw-minute'
  | 'second'
  | 'run-second'
  | 'saw-second'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId = 'survivors' | 'saw-clean' | 'minute' | 'saw-minute' | 'second' | 'saw-second' | 'guarantee';

const second = 1000;
/** Before the first pass, when everything is written. */
export const writtenAtMs = 8.5 * second;
/** After the first pass. */
export const cleanedAtMs = 12 * second;
/** When a tombstone has been kept for as long as it must, and the cleaner has looked again. */
export const minuteAtMs = 72 * second;
export const endsAtMs = 90 * second;
/** The tombstone of sku-2, and the older of the two values of sku-1 that survive. */
export const tombstone = 4;
export const olderValue = 5;

const changes = [
  ['sku-1', '10'],
  ['sku-2', '20'],
  ['sku-1', '9'],
  ['sku-3', '5'],
  ['sku-2', null],
  ['sku-1', '8'],
  ['sku-3', '4'],
  ['sku-3', '3'],
  ['sku-1', '7'],
] as const;

/** Nine changes of three keys in segments of four, four and one; a tenth after a minute. The cleaner looks at 9 s and every 15 s. */
export const compactionSpec: LogRunSpec = {
  kind: 'log',
  seed: '1',
  topic: 'stock',
  config: {
    isDeleted: false,
    isCompacted: true,
    minCleanableDirtyRatio: 0.1,
    deleteRetentionMs: 60 * second,
  },
  cleaner: { firstMs: 9 * second, everyMs: 15 * second },
  script: [
    ...changes.flatMap(([key, value], at): LogRunStep[] => [
      ...(at === 4 || at === 8 ? [{ atMs: at * second, does: 'roll' as const }] : []),
      { atMs: at * second, does: 'append', key, value },
    ]),
    { atMs: 75 * second, does: 'append', key: 'sku-3', value: '2' },
    { atMs: 76 * second, does: 'roll' },
  ],
  endsAtMs,
};

/** Scenario 14: what compaction leaves, and when. */
export function compaction(): LogScenario<StepId, QuestionId> {
  return {
    id: 'compaction',
    spec: compactionSpec,
    steps: [
      { id: 'changes', phase: 'set-up' },
      { id: 'fill', phase: 'run', untilMs: writtenAtMs },
      { id: 'survivors', phase: 'predict', question: 'survivors' },
      { id: 'clean', phase: 'run', untilMs: cleanedAtMs },
      { id: 'saw-clean', phase: 'observe', question: 'saw-clean' },
      { id: 'minute', phase: 'predict', question: 'minute' },
      { id: 'run-minute', phase: 'run', untilMs: minuteAtMs },
      { id: 'saw-minute', phase: 'observe', question: 'saw-minute' },
      { id: 'second', phase: 'predict', question: 'second' },
      { id: 'run-second', phase: 'run' },
      { id: 'saw-second', phase: 'observe', question: 'saw-second' },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: {
      survivors,
      'saw-clean': sawClean,
      minute,
      'saw-minute': sawMinute,
      second: secondPass,
      'saw-second': sawSecond,
      guarantee,
    },
    challenge: {
      isMet: (outcome, { config }) =>
        outcome.finished && (config.minCleanableDirtyRatio ?? 1) <= 0.1 && heldAt(outcome, olderValue, endsAtMs),
      hintAfter: 3,
    },
  };
}

const held = (outcome: LogRunView, atMs: number): string => offsetsAt(outcome, atMs).join();

/** The records that were written before the first pass; those that survive it are to be picked. */
const survivors: LogQuestion = {
  kind: 'prediction',
  answeredBy: 'offsets',
  options: (_, outcome) =>
    offsetsAt(outcome, writtenAtMs).map((offset) => ({
      id: String(offset),
      values: [offset],
      misconception: offset === tombstone ? ('M16' as const) : ('M15' as const),
      holds: (view: LogRunView) => heldAt(view, offset, cleanedAtMs),
    })),
};

const sawClean: LogQuestion = {
  kind: 'observation',
  options: () => [
    { id: 'one-each', values: [], misconception: 'M15', holds: (outcome) => held(outcome, cleanedAtMs) === '7,8' },
    {
      id: 'renumbered',
      values: [],
      misconception: 'M15',
      holds: (outcome) => held(outcome, cleanedAtMs) === '0,1,2,3',
    },
    { id: 'gaps', values: [], holds: (outcome) => held(outcome, cleanedAtMs) === '4,5,7,8' },
  ],
};

const isTombstoneHeld = (outcome: LogRunView): boolean => heldAt(outcome, tombstone, minuteAtMs);

const minute: LogQuestion = {
  kind: 'prediction',
  options: () => [
    { id: 'gone', values: [], misconception: 'M16', holds: (outcome) => !isTombstoneHeld(outcome) },
    { id: 'stays', values: [], holds: isTombstoneHeld },
  ],
};

const wasCleanedInBetween = ({ passes }: LogRunView): boolean =>
  passes.some(({ atMs, isChosen }) => isChosen && atMs > cleanedAtMs && atMs < minuteAtMs);

const sawMinute: LogQuestion = {
  kind: 'observation',
  options: () => [
    { id: 'removed', values: [], misconception: 'M16', holds: (outcome) => !isTombstoneHeld(outcome) },
    {
      id: 'no-pass',
      values: [],
      holds: (outcome) => isTombstoneHeld(outcome) && !wasCleanedInBetween(outcome),
    },
    {
      id: 'cleaned-again',
      values: [],
      misconception: 'M15',
      holds: (outcome) => isTombstoneHeld(outcome) && wasCleanedInBetween(outcome),
    },
  ],
};

const secondPass: LogQuestion = {
  kind: 'prediction',
  options: () =>
    (
      [
        ['4,8,9', 'M16'],
        ['4,5,8,9', 'M15'],
        ['8,9', undefined],
      ] as const
    ).map(([id, misconception]) => ({
      id,
      values: id.split(',').map(Number),
      ...(misconception === undefined ? {} : { misconception }),
      holds: (outcome: LogRunView) => held(outcome, endsAtMs) === id,
    })),
};

const sawSecond: LogQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'tombstone-stayed',
      values: [],
      misconception: 'M16',
      holds: (outcome) => heldAt(outcome, tombstone, endsAtMs),
    },
    { id: 'table-only', values: [], holds: (outcome) => held(outcome, endsAtMs) === '8,9' },
    {
      id: 'everything',
      values: [],
      misconception: 'M15',
      holds: (outcome) => !heldAt(outcome, tombstone, endsAtMs) && held(outcome, endsAtMs) !== '8,9',
    },
  ],
};

/** Whether somebody who reads the log at its end learns that sku-2 was deleted. */
export function tellsOfDeletion(outcome: LogRunView): boolean {
  return outcome.records.some(({ key, value, state }) => key === 'sku-2' && value === null && state === 'stored');
}

const guarantee: LogQuestion = {
  kind: 'guarantee',
  options: () => [
    {
      id: 'text-null',
      values: [],
      misconception: 'M16',
      holds: () => false,
      trial: (spec) => ({
        ...spec,
        script: spec.script.map((step) =>
          step.does === 'append' && step.value === null ? { ...step, value: 'null' } : step,
        ),
      }),
    },
    {
      id: 'delete-retention',
      values: [180],
      holds: () => true,
      trial: (spec) => withConfig(spec, { deleteRetentionMs: 180 * second }),
    },
    {
      id: 'dirty-ratio',
      values: [0.3],
      misconception: 'M15',
      holds: () => false,
      trial: (spec) => withConfig(spec, { minCleanableDirtyRatio: 0.3 }),
    },
  ],
};
