import type { StreamsRunSpec, StreamsRunStep, WindowCountProgram } from '../../../engine/scenario/streams-run-spec.js';
import type { ProcessedView, StreamsRunView } from '../../../engine/scenario/streams-run-view.js';
import {
  applicationSpecOf,
  cellsOf,
  cellsUntil,
  processedBy,
  rowsOf,
  withApplication,
  type StreamsQuestion,
  type StreamsScenario,
} from '../streams-outcome.js';

export type StepId =
  | 'clicks'
  | 'nine'
  | 'run-nine'
  | 'saw-nine'
  | 'count'
  | 'eight'
  | 'run-eight'
  | 'saw-eight'
  | 'next'
  | 'run-silence'
  | 'saw-silence'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId = 'nine' | 'saw-nine' | 'count' | 'eight' | 'saw-eight' | 'next' | 'saw-silence' | 'guarantee';

const second = 1000;
export const application = 'clicks-app';
/** Event times of the clicks, in the sequence in which they come. */
export const arrivals = [1, 4, 12, 9, 15, 8].map((at) => at * second);
/** When each of them is sent. */
export const sentAtMs = (arrival: number): number => (2 + 2 * arrival) * second;
const page = 'page-1';

const nineTakenMs = sentAtMs(4) - 500;
const eightTakenMs = sentAtMs(5) + 1_500;
export const endsAtMs = 60 * second;
/** Where the record of another page goes that wakes this one up, or does not. */
const laterAtMs = 40 * second;

const program: WindowCountProgram = {
  program: 'window-count',
  window: 'tumbling',
  sizeMs: 10 * second,
  advanceMs: 5 * second,
  graceMs: 5 * second,
  emits: 'final',
};

const click = (atMs: number, key: string, timestampMs: number): StreamsRunStep => ({
  atMs,
  does: 'send',
  topic: 'clicks',
  key,
  value: `click at ${timestampMs / second} s`,
  timestampMs,
});

/** Six clicks on one page, not in the sequence of their times; then silence. The topic has two partitions. */
export const lateWindowSpec: StreamsRunSpec = {
  kind: 'streams',
  seed: '1',
  topics: [
    { topic: 'clicks', partitions: 2 },
    { topic: 'counts', partitions: 1 },
  ],
  applications: [{ application, program, instances: ['app-1'] }],
  script: [
    { atMs: 0, does: 'start', instance: 'app-1' },
    ...arrivals.map((timestampMs, arrival) => click(sentAtMs(arrival), page, timestampMs)),
  ],
  endsAtMs,
};

/** Scenario 20: windows of event time, how late a record may be, and what moves stream time. */
export function lateWindow(): StreamsScenario<StepId, QuestionId> {
  return {
    id: 'late-window',
    spec: lateWindowSpec,
    steps: [
      { id: 'clicks', phase: 'set-up' },
      { id: 'nine', phase: 'predict', question: 'nine' },
      { id: 'run-nine', phase: 'run', untilMs: nineTakenMs },
      { id: 'saw-nine', phase: 'observe', question: 'saw-nine' },
      { id: 'eight', phase: 'predict', question: 'eight' },
      { id: 'count', phase: 'predict', question: 'count' },
      { id: 'run-eight', phase: 'run', untilMs: eightTakenMs },
      { id: 'saw-eight', phase: 'observe', question: 'saw-eight' },
      { id: 'next', phase: 'predict', question: 'next' },
      { id: 'run-silence', phase: 'run' },
      { id: 'saw-silence', phase: 'observe', question: 'saw-silence' },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: {
      nine,
      'saw-nine': sawNine,
      count,
      eight,
      'saw-eight': sawEight,
      next,
      'saw-silence': sawSilence,
      guarantee,
    },
    variations: (['windows', 'window-size', 'window-grace', 'final-only'] as const).map((setting) => ({
      setting,
      application,
    })),
    challenge: {
      isMet: (outcome, spec) => {
        const { program: code } = applicationSpecOf(spec, application);
        return (
          outcome.finished &&
          code.program === 'window-count' &&
          code.window === 'tumbling' &&
          code.sizeMs === program.sizeMs &&
          droppedOf(outcome).length === 0 &&
          printedOf(outcome).length > 0
        );
      },
      hintAfter: 2,
    },
  };
}

/** The click with this event time, as it was taken; undefined before. */
export function clickAt(outcome: StreamsRunView, timestampMs: number): ProcessedView | undefined {
  return processedBy(outcome, application).find((record) => record.timestampMs === timestampMs);
}

/** The clicks that a window refused. */
export function droppedOf(outcome: StreamsRunView): readonly ProcessedView[] {
  return processedBy(outcome, application).filter(({ drops }) => drops.length > 0);
}

export interface Printed {
  readonly startMs: number;
  readonly count: number;
  readonly atMs: number;
}

/** The counts that were written to the output, of which window and when. */
export function printedOf(outcome: StreamsRunView, untilMs = Number.POSITIVE_INFINITY): readonly Printed[] {
  return cellsUntil(outcome, 'counts', untilMs).map(({ window, value, storedAtMs }) => ({
    startMs: window?.startMs ?? 0,
    count: Number(value),
    atMs: storedAtMs,
  }));
}

/** What was written of the window that begins at `startMs`. */
export const printedFor = (outcome: StreamsRunView, startMs: number): Printed | undefined =>
  printedOf(outcome).find((printed) => printed.startMs === startMs);

/** How many clicks the store has in the window that begins at `startMs`. */
export const storedIn = (outcome: StreamsRunView, startMs: number): number =>
  Number(rowsOf(outcome, application, 'counts').find(({ window }) => window?.startMs === startMs)?.value ?? 0);

/** Whether a click that was taken counts. */
const isTaken = (outcome: StreamsRunView, timestampMs: number): boolean =>
  clickAt(outcome, timestampMs)?.drops.length === 0;

const nine: StreamsQuestion = {
  kind: 'prediction',
  options: () => [
    { id: 'counted', values: [], holds: (outcome) => isTaken(outcome, 9 * second) },
    { id: 'dropped', values: [], misconception: 'M22', holds: (outcome) => !isTaken(outcome, 9 * second) },
    {
      id: 'next-window',
      values: [],
      misconception: 'M22',
      holds: (outcome) => storedIn(outcome, 0) === 2 && storedIn(outcome, 10 * second) === 3,
    },
  ],
};

const sawNine: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'edge-stayed',
      values: [],
      holds: (outcome) => isTaken(outcome, 9 * second) && clickAt(outcome, 9 * second)?.streamTimeMs === 12 * second,
    },
    {
      id: 'edge-back',
      values: [],
      misconception: 'M21',
      holds: (outcome) => clickAt(outcome, 9 * second)?.streamTimeMs === 9 * second,
    },
    {
      id: 'printed',
      values: [],
      misconception: 'M23',
      holds: (outcome) => printedOf(outcome, nineTakenMs).length > 0,
    },
  ],
};

const eight: StreamsQuestion = {
  kind: 'prediction',
  options: () => [
    { id: 'counted', values: [], misconception: 'M22', holds: (outcome) => isTaken(outcome, 8 * second) },
    {
      id: 'dropped',
      values: [],
      holds: (outcome) => (clickAt(outcome, 8 * second)?.drops.length ?? 0) > 0,
    },
    {
      id: 'corrected',
      values: [],
      misconception: 'M23',
      holds: (outcome) => printedOf(outcome).filter(({ startMs }) => startMs === 0).length > 1,
    },
  ],
};

const count: StreamsQuestion = {
  kind: 'prediction',
  answeredBy: 'number',
  options: (_, outcome) => {
    const right = printedFor(outcome, 0)?.count ?? 0;
    return [right, right + 1, right - 1].map((value) => ({
      id: String(value),
      values: [value],
      ...(value === right ? {} : { misconception: 'M22' as const }),
      holds: (view: StreamsRunView) => printedFor(view, 0)?.count === value,
    }));
  },
};

const sawEight: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'closed-by-fifteen',
      values: [],
      holds: (outcome) => {
        const printed = printedFor(outcome, 0);
        return printed !== undefined && printed.atMs >= sentAtMs(4) && printed.atMs < sentAtMs(5);
      },
    },
    {
      id: 'closed-by-clock',
      values: [],
      misconception: 'M21',
      holds: (outcome) => (printedFor(outcome, 0)?.atMs ?? 0) < sentAtMs(4),
    },
    {
      id: 'each-update',
      values: [],
      misconception: 'M23',
      holds: (outcome) => cellsOf(outcome, 'counts').length > 1,
    },
  ],
};

const next: StreamsQuestion = {
  kind: 'prediction',
  options: () => [
    {
      id: 'at-25',
      values: [25],
      misconception: 'M21',
      holds: (outcome) => (printedFor(outcome, 10 * second)?.atMs ?? Number.POSITIVE_INFINITY) <= 26 * second,
    },
    {
      id: 'later',
      values: [],
      misconception: 'M21',
      holds: (outcome) => (printedFor(outcome, 10 * second)?.atMs ?? 0) > 26 * second,
    },
    { id: 'never', values: [], holds: (outcome) => printedFor(outcome, 10 * second) === undefined },
  ],
};

const sawSilence: StreamsQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'waits',
      values: [],
      holds: (outcome) => storedIn(outcome, 10 * second) === 2 && printedFor(outcome, 10 * second) === undefined,
    },
    {
      id: 'printed',
      values: [],
      misconception: 'M21',
      holds: (outcome) => printedFor(outcome, 10 * second) !== undefined,
    },
    {
      id: 'lost',
      values: [],
      misconception: 'M21',
      holds: (outcome) => storedIn(outcome, 10 * second) === 0,
    },
  ],
};

/** What may bring the count of [10, 20) out. */
const guarantee: StreamsQuestion = {
  kind: 'guarantee',
  options: () => [
    {
      id: 'wait',
      values: [5],
      misconception: 'M21',
      holds: () => false,
      trial: (spec) => ({ ...spec, endsAtMs: 5 * 60 * second }),
    },
    {
      id: 'no-grace',
      values: [],
      misconception: 'M21',
      holds: () => false,
      trial: (spec) => withApplication(spec, application, (each) => ({ ...each, program: { ...program, graceMs: 0 } })),
    },
    {
      id: 'same-partition',
      values: [25],
      holds: () => true,
      trial: (spec) => withLater(spec, otherPage.here, 25 * second),
    },
    {
      id: 'other-partition',
      values: [25],
      misconception: 'M21',
      holds: () => false,
      trial: (spec) => withLater(spec, otherPage.elsewhere, 25 * second),
    },
  ],
};

/** Other pages: one whose clicks lie in the partition of this one's, and one whose clicks do not (murmur2 of two). */
export const otherPage = { here: 'page-3', elsewhere: 'page-2' } as const;

function withLater(spec: StreamsRunSpec, key: string, timestampMs: number): StreamsRunSpec {
  return { ...spec, script: [...spec.script, click(laterAtMs, key, timestampMs)] };
}
