import type { LogRunSpec } from '../../../engine/scenario/log-run-spec.js';
import type { LogRunView } from '../../../engine/scenario/log-run-view.js';
import { heldAt, offsetsAt, withConfig, type LogQuestion, type LogScenario } from '../log-outcome.js';

export type StepId =
  'records' | 'old-record' | 'run-old' | 'saw-old' | 'left' | 'run-left' | 'saw-left' | 'guarantee' | 'vary' | 'play';

export type QuestionId = 'old-record' | 'saw-old' | 'left' | 'saw-left' | 'guarantee';

const second = 1000;
/** When it is asked whether the record stamped 30 s can be read. */
export const askedAtMs = 95 * second;
/** When it is asked how much is left. */
export const leftAtMs = 120 * second;
/** The record that outlives its retention. */
export const oldOffset = 3;
/** How old a record may become at most, in the question of what guarantees it. */
export const oldestMs = 70 * second;

/** Three records of 72 bytes a segment, stamped 0, 10, 20 | 30, 40, 50 | 55 s; retention of 60 s looks every 5 s. */
export const retentionSpec: LogRunSpec = {
  kind: 'log',
  seed: '1',
  topic: 'prices',
  config: { retentionMs: 60 * second, segmentBytes: 216 },
  retentionCheckMs: 5 * second,
  script: [0, 10, 20, 30, 40, 50, 55].map((at, index) => ({
    atMs: at * second,
    does: 'append',
    key: `k${index % 3}`,
    value: `v${index}`,
  })),
  endsAtMs: 125 * second,
};

/** Scenario 13: retention deletes segments, by their newest record, when it looks. */
export function retention(): LogScenario<StepId, QuestionId> {
  return {
    id: 'retention',
    spec: retentionSpec,
    steps: [
      { id: 'records', phase: 'set-up' },
      { id: 'old-record', phase: 'predict', question: 'old-record' },
      { id: 'run-old', phase: 'run', untilMs: askedAtMs + 100 },
      { id: 'saw-old', phase: 'observe', question: 'saw-old' },
      { id: 'left', phase: 'predict', question: 'left' },
      { id: 'run-left', phase: 'run' },
      { id: 'saw-left', phase: 'observe', question: 'saw-left' },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: { 'old-record': oldRecord, 'saw-old': sawOld, left, 'saw-left': sawLeft, guarantee },
    challenge: {
      isMet: (outcome, { config }) =>
        outcome.finished && config.retentionMs === 60 * second && !heldAt(outcome, oldOffset, 100 * second),
      hintAfter: 3,
    },
  };
}

const isOldHeld = (outcome: LogRunView): boolean => heldAt(outcome, oldOffset, askedAtMs);

const oldRecord: LogQuestion = {
  kind: 'prediction',
  options: () => [
    { id: 'expired', values: [], misconception: 'M14', holds: (outcome) => !heldAt(outcome, oldOffset, 90 * second) },
    {
      id: 'checked',
      values: [],
      misconception: 'M14',
      holds: (outcome) => heldAt(outcome, oldOffset, 90 * second) && !isOldHeld(outcome),
    },
    { id: 'readable', values: [], holds: isOldHeld },
  ],
};

/** Whether the first three went at one moment, at 85 s. */
const wentTogether = (outcome: LogRunView): boolean =>
  [0, 1, 2].every((offset) => heldAt(outcome, offset, 84 * second) && !heldAt(outcome, offset, 85 * second));

const sawOld: LogQuestion = {
  kind: 'observation',
  options: () => [
    { id: 'one-by-one', values: [], misconception: 'M14', holds: (outcome) => !wentTogether(outcome) },
    { id: 'together', values: [], holds: (outcome) => wentTogether(outcome) && isOldHeld(outcome) },
    {
      id: 'all-old',
      values: [],
      misconception: 'M14',
      holds: (outcome) => wentTogether(outcome) && !isOldHeld(outcome),
    },
  ],
};

/** How many are left when nothing is written any more: a number is typed in, and those that tell of a wrong idea are known. */
const left: LogQuestion = {
  kind: 'prediction',
  answeredBy: 'number',
  options: (_, outcome) => {
    const right = offsetsAt(outcome, leftAtMs).length;
    return [...new Set([right, 1, 2, 4, 7])].map((count) => ({
      id: String(count),
      values: [count],
      ...(count === right ? {} : { misconception: 'M14' as const }),
      holds: (view: LogRunView) => offsetsAt(view, leftAtMs).length === count,
    }));
  },
};

const sawLeft: LogQuestion = {
  kind: 'observation',
  options: () => [
    { id: 'active-stayed', values: [], misconception: 'M14', holds: ({ logStartOffset }) => logStartOffset < 7 },
    {
      id: 'begins-anew',
      values: [],
      misconception: 'M14',
      holds: ({ records, logEndOffset }) => logEndOffset < records.length,
    },
    {
      id: 'emptied',
      values: [],
      holds: ({ logStartOffset, logEndOffset }) => logStartOffset === 7 && logEndOffset === 7,
    },
  ],
};

/** Whether no record became older than `oldestMs`. */
export function goneInTime({ records }: LogRunView): boolean {
  return records.every(({ goneAtMs, timestampMs }) => goneAtMs !== undefined && goneAtMs - timestampMs <= oldestMs);
}

const guarantee: LogQuestion = {
  kind: 'guarantee',
  options: () => [
    {
      id: 'check-often',
      values: [1],
      misconception: 'M14',
      holds: () => false,
      trial: (spec) => ({ ...spec, retentionCheckMs: second }),
    },
    {
      id: 'shorter-retention',
      values: [50],
      misconception: 'M14',
      holds: () => false,
      trial: (spec) => withConfig(spec, { retentionMs: 50 * second }),
    },
    {
      id: 'shorter-segments',
      values: [5],
      holds: () => true,
      trial: (spec) => withConfig(spec, { segmentMs: 5 * second }),
    },
  ],
};
