import type { RunRecord } from '../../../engine/scenario/run-spec.js';
import type { StreamsRunStep } from '../../../engine/scenario/streams-run-spec.js';
import { applicationSpecOf, cellsOf, type StreamsScenario } from '../streams-outcome.js';
import { topicOfMovement } from './movements.js';
import { movedIn, levelsUntil } from './outcome.js';
import {
  ownUpdates,
  sawOwn,
  reorder,
  updates,
  sawSales,
  takeover,
  again,
  sawKill,
  newCode,
  sawNewCode,
  guarantee,
} from './questions.js';
import { application, salesEndMs, killAtMs, killEndMs, retailDeskSpec, second, starts } from './run.js';

export type StepId =
  | 'desk'
  | 'reorder'
  | 'updates'
  | 'run-sales'
  | 'saw-sales'
  | 'takeover'
  | 'again'
  | 'run-kill'
  | 'saw-kill'
  | 'new-code'
  | 'run-new-code'
  | 'saw-new-code'
  | 'saw-own'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId =
  | 'reorder'
  | 'updates'
  | 'saw-sales'
  | 'takeover'
  | 'again'
  | 'saw-kill'
  | 'new-code'
  | 'saw-new-code'
  | 'saw-own'
  | 'guarantee';

const variations = (
  [
    'reorder-below',
    'opening-stock',
    'statestore.cache.max.bytes',
    'commit.interval.ms',
    'session.timeout.ms',
    'num.standby.replicas',
  ] as const
).map((setting) => ({ setting, application }));

/** Scenario 19: streams computed from streams, state that outlives its instance, and code that reads the past again. */
export function retailDesk(): StreamsScenario<StepId, QuestionId> {
  return {
    id: 'retail-desk',
    spec: retailDeskSpec,
    steps: [
      { id: 'desk', phase: 'set-up' },
      { id: 'reorder', phase: 'predict', question: 'reorder' },
      { id: 'updates', phase: 'predict', question: 'updates' },
      { id: 'run-sales', phase: 'run', untilMs: salesEndMs },
      { id: 'saw-sales', phase: 'observe', question: 'saw-sales' },
      { id: 'takeover', phase: 'predict', question: 'takeover' },
      { id: 'again', phase: 'predict', question: 'again' },
      { id: 'run-kill', phase: 'run', untilMs: killEndMs },
      { id: 'saw-kill', phase: 'observe', question: 'saw-kill' },
      { id: 'new-code', phase: 'predict', question: 'new-code' },
      { id: 'run-new-code', phase: 'run' },
      { id: 'saw-new-code', phase: 'observe', question: 'saw-new-code' },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: {
      reorder,
      updates,
      'saw-sales': sawSales,
      takeover,
      again,
      'saw-kill': sawKill,
      'new-code': newCode,
      'saw-new-code': sawNewCode,
      'saw-own': sawOwn,
      guarantee,
    },
    variations,
    challenge: {
      isMet: (outcome, spec) =>
        outcome.finished &&
        (applicationSpecOf(spec, application).cacheMaxBytes ?? 0) > 0 &&
        levelsUntil(outcome, killAtMs).length > 0 &&
        levelsUntil(outcome, killAtMs).length <= 3,
      hintAfter: 2,
    },
  };
}

/** The same application on a learner's own sales and shipments: predicted, run, and played with. */
export function retailDeskOn(movements: readonly RunRecord[]): StreamsScenario<StepId, QuestionId> {
  const untouched = retailDesk();
  const intervalMs = movements.length > 30 ? Math.max(100, Math.round(30_000 / movements.length)) : second;
  const sends = movements.map(({ key, value }, at): StreamsRunStep => {
    const kind = key === 'shipment' ? 'shipment' : 'sale';
    return {
      atMs: 3 * second + at * intervalMs,
      does: 'send',
      topic: topicOfMovement[kind],
      key: `${kind}-${at + 1}`,
      value,
    };
  });
  const untilMs = 3 * second + movements.length * intervalMs + 5 * second;
  return {
    ...untouched,
    spec: { ...retailDeskSpec, script: [...starts, ...sends], endsAtMs: Math.ceil(untilMs / second) * second },
    steps: [
      { id: 'desk', phase: 'set-up' },
      { id: 'updates', phase: 'predict', question: 'updates' },
      { id: 'run-sales', phase: 'run' },
      { id: 'saw-own', phase: 'observe', question: 'saw-own' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: { ...untouched.questions, updates: ownUpdates },
    challenge: {
      isMet: (outcome) =>
        outcome.finished &&
        cellsOf(outcome, 'stock-levels').length > 0 &&
        cellsOf(outcome, 'stock-levels').length < movedIn(outcome),
      hintAfter: 2,
    },
  };
}
