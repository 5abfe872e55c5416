import type { GroupRunSpec, GroupRunStep, RunResetTarget } from '../../../engine/scenario/group-run-spec.js';
import type { GroupRunView } from '../../../engine/scenario/group-run-view.js';
import { groupOf, handlingsOf, memberOf, type GroupQuestion, type GroupScenario } from '../group-outcome.js';

export type StepId =
  | 'offsets'
  | 'run-half'
  | 'next'
  | 'shift'
  | 'run-shift'
  | 'saw-shift'
  | 'active'
  | 'seek'
  | 'run-active'
  | 'saw-active'
  | 'date'
  | 'run-date'
  | 'saw-date'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId =
  'next' | 'shift' | 'saw-shift' | 'active' | 'seek' | 'saw-active' | 'date' | 'saw-date' | 'guarantee';

const second = 1000;
export const group = 'A';
export const member = 'A-1';
export const recordCount = 12;
export const stoppedAtMs = 6_800;
export const shiftAtMs = 14 * second;
export const shiftBy = -3;
export const againAtMs = 16 * second;
export const refusedAtMs = 17_300;
export const seekAtMs = 18 * second;
export const seekTo = 10;
export const dateAtMs = 26 * second;
/** Run time that the offsets are set to: between two records. */
export const dateMs = 8_500;
export const endsAtMs = 34 * second;

const sends = Array.from({ length: recordCount }, (_, index): GroupRunStep => {
  const key = `order-${(index % 6) + 1}`;
  return { atMs: (index + 1) * second, does: 'send', key, value: `${key} at ${index + 1} s` };
});

/** Twelve records, one a second; a group that stops halfway, is shifted back, is active, seeks, and is set to a moment in time. */
export const rewindSpec: GroupRunSpec = {
  kind: 'group',
  seed: '1',
  topics: [{ topic: 'orders', partitions: 1, keyed: true }],
  groups: [
    {
      group,
      topic: 'orders',
      protocol: 'eager',
      autoOffsetReset: 'earliest',
      commits: 'each',
      maxPollRecords: 1,
      sessionTimeoutMs: 6 * second,
      heartbeatIntervalMs: second,
      members: [{ member, handlingMs: 500 }],
    },
  ],
  script: [
    { atMs: 0, does: 'start', member } as const,
    ...sends,
    { atMs: stoppedAtMs, does: 'stop', member } as const,
    { atMs: shiftAtMs, does: 'reset-offsets', group, to: { kind: 'shift-by', by: shiftBy } } as const,
    { atMs: againAtMs, does: 'start', member } as const,
    { atMs: refusedAtMs, does: 'reset-offsets', group, to: { kind: 'earliest' } } as const,
    { atMs: seekAtMs, does: 'seek', member, partition: 0, offset: seekTo } as const,
    { atMs: 24 * second, does: 'stop', member } as const,
    { atMs: dateAtMs, does: 'reset-offsets', group, to: { kind: 'datetime', atMs: dateMs } } as const,
    { atMs: 28 * second, does: 'start', member } as const,
  ].toSorted((one, other) => one.atMs - other.atMs),
  endsAtMs,
};

const halfAtMs = 13 * second;
const shiftedAtMs = 15 * second;
const activeAtMs = 22 * second;

/** Scenario 8: position, committed offset, log end and lag are four things; and how a group is set to another place. */
export function rewind(): GroupScenario<StepId, QuestionId> {
  return {
    id: 'rewind',
    spec: rewindSpec,
    steps: [
      { id: 'offsets', phase: 'set-up' },
      { id: 'run-half', phase: 'run', untilMs: halfAtMs },
      { id: 'next', phase: 'predict', question: 'next' },
      { id: 'shift', phase: 'predict', question: 'shift' },
      { id: 'run-shift', phase: 'run', untilMs: shiftedAtMs },
      { id: 'saw-shift', phase: 'observe', question: 'saw-shift' },
      { id: 'active', phase: 'predict', question: 'active' },
      { id: 'seek', phase: 'predict', question: 'seek' },
      { id: 'run-active', phase: 'run', untilMs: activeAtMs },
      { id: 'saw-active', phase: 'observe', question: 'saw-active' },
      { id: 'date', phase: 'predict', question: 'date' },
      { id: 'run-date', phase: 'run' },
      { id: 'saw-date', phase: 'observe', question: 'saw-date' },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: {
      next,
      shift,
      'saw-shift': sawShift,
      active,
      seek,
      'saw-active': sawActive,
      date,
      'saw-date': sawDate,
      guarantee,
    },
    variations: [{ setting: 'handling' }, { setting: 'commits' }],
    isOffsetDragged: true,
    challenge: {
      isMet: (outcome, spec) =>
        outcome.finished && timesOf(outcome, 0) >= 2 && spec.groups.every(({ members }) => members.length === 1),
      hintAfter: 3,
    },
  };
}

/** What was committed at a moment, from a view at that moment or later. */
export function committedAt(view: GroupRunView, atMs: number): number {
  return (
    groupOf(view, group).commits.findLast((commit) => commit.refused === undefined && commit.atMs <= atMs)?.offset ?? 0
  );
}

/** The first offset that was handled after a moment. */
export function nextAfter(view: GroupRunView, atMs: number): number | undefined {
  return handlingsOf(view, group).find(({ fromMs }) => fromMs >= atMs)?.offset;
}

/** How often the group handled an offset. */
export function timesOf(view: GroupRunView, offset: number): number {
  return handlingsOf(view, group).filter((handling) => handling.offset === offset && !handling.isCutShort).length;
}

/** With what the reset of the active group was refused. */
export function refusalOf({ actions }: GroupRunView): { readonly code: string; readonly message: string } | undefined {
  return actions.find(({ atMs }) => atMs === refusedAtMs)?.refused;
}

/** What is committed once the member has stopped: the number itself names the next record. */
const next: GroupQuestion = {
  kind: 'prediction',
  options: (_, outcome) => {
    const committed = committedAt(outcome, halfAtMs);
    return [committed - 1, committed, committed + 1].map((offset) => ({
      id: String(offset),
      values: [offset, committed],
      ...(offset === committed ? {} : { misconception: 'M10' as const }),
      // Nobody has set the group to another place yet: it would go on where it had stopped.
      holds: (view: GroupRunView) => committedAt(view, halfAtMs) === offset,
    }));
  },
};

const lagAfterShift = (view: GroupRunView): number => recordCount - committedAt(view, shiftedAtMs);

const shift: GroupQuestion = {
  kind: 'prediction',
  answeredBy: 'number',
  options: (_, outcome) => {
    const right = lagAfterShift(outcome);
    return [...new Set([right, recordCount - committedAt(outcome, halfAtMs), -shiftBy])].map((lag) => ({
      id: String(lag),
      values: [lag],
      ...(lag === right ? {} : { misconception: 'M10' as const }),
      holds: (view: GroupRunView) => lagAfterShift(view) === lag,
    }));
  },
};

const sawShift: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'marker',
      values: [],
      holds: (outcome) => committedAt(outcome, shiftedAtMs) === committedAt(outcome, halfAtMs) + shiftBy,
    },
    {
      id: 'records-moved',
      values: [],
      misconception: 'M1',
      holds: (outcome) =>
        outcome.topics.some(({ partitions }) => partitions.some(({ logEndOffset }) => logEndOffset !== recordCount)),
    },
    {
      id: 'read-at-once',
      values: [],
      misconception: 'M10',
      holds: (outcome) =>
        memberOf(outcome, member).handlings.some(({ fromMs }) => fromMs > shiftAtMs && fromMs < againAtMs),
    },
  ],
};

const active: GroupQuestion = {
  kind: 'prediction',
  options: () => [
    {
      id: 'jumps',
      values: [],
      misconception: 'M10',
      holds: (outcome) => refusalOf(outcome) === undefined && nextAfter(outcome, refusedAtMs) === 0,
    },
    { id: 'later', values: [], misconception: 'M10', holds: (outcome) => refusalOf(outcome) === undefined },
    { id: 'refused', values: [], holds: (outcome) => refusalOf(outcome) !== undefined },
  ],
};

/** When the first record after the seek is in hand, and not committed. */
export const soughtAtMs = seekAtMs + 300;

const seek: GroupQuestion = {
  kind: 'prediction',
  options: (_, outcome) => {
    const right = committedAt(outcome, soughtAtMs);
    return [right, seekTo, recordCount].map((offset) => ({
      id: String(offset),
      values: [offset],
      ...(offset === right ? {} : { misconception: 'M10' as const }),
      holds: (view: GroupRunView) => committedAt(view, soughtAtMs) === offset,
    }));
  },
};

const sawActive: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'position-moved',
      values: [],
      holds: (outcome) => nextAfter(outcome, seekAtMs) === seekTo && committedAt(outcome, soughtAtMs) < seekTo,
    },
    {
      id: 'went-back',
      values: [],
      misconception: 'M10',
      holds: (outcome) => nextAfter(outcome, refusedAtMs + 400) === 0,
    },
    {
      id: 'skipped-later',
      values: [],
      misconception: 'M10',
      holds: (outcome) =>
        handlingsOf(outcome, group).some(
          ({ offset, fromMs }) => offset === 8 && fromMs > seekAtMs && fromMs < dateAtMs,
        ),
    },
  ],
};

/** The offset that a moment in time leads to. */
const date: GroupQuestion = {
  kind: 'prediction',
  options: (_, outcome) => {
    const right = committedAt(outcome, dateAtMs + second);
    return [right - 1, right, recordCount].map((offset) => ({
      id: String(offset),
      values: [offset, offset + 1],
      ...(offset === right ? {} : { misconception: 'M10' as const }),
      holds: (view: GroupRunView) => committedAt(view, dateAtMs + second) === offset,
    }));
  },
};

const sawDate: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'on-or-after',
      values: [],
      holds: (outcome) => nextAfter(outcome, dateAtMs) === committedAt(outcome, dateAtMs + second),
    },
    {
      id: 'before',
      values: [],
      misconception: 'M10',
      holds: (outcome) => (nextAfter(outcome, dateAtMs) ?? 0) < committedAt(outcome, dateAtMs + second),
    },
  ],
};

/** The record that shall be handled again. */
export const wanted = 4;

const guarantee: GroupQuestion = {
  kind: 'guarantee',
  options: () => [
    { id: 'restart', values: [], misconception: 'M8', holds: () => false, trial: (spec) => resetting(spec, undefined) },
    {
      id: 'offset',
      values: [wanted],
      holds: () => true,
      trial: (spec) => resetting(spec, { kind: 'offset', offset: wanted }),
    },
    {
      id: 'datetime',
      values: [wanted + 0.5],
      holds: () => true,
      trial: (spec) => resetting(spec, { kind: 'datetime', atMs: (wanted + 0.5) * second }),
    },
    {
      id: 'shift',
      values: [-3],
      misconception: 'M10',
      holds: () => false,
      trial: (spec) => resetting(spec, { kind: 'shift-by', by: -3 }),
    },
  ],
};

/** The same records, all handled; then the member stops, the group is set (or not), and it starts again. */
function resetting(spec: GroupRunSpec, to: RunResetTarget | undefined): GroupRunSpec {
  return {
    ...spec,
    script: [
      { atMs: 0, does: 'start', member } as const,
      ...spec.script.filter(({ does }) => does === 'send'),
      { atMs: 14 * second, does: 'stop', member } as const,
      ...(to === undefined ? [] : [{ atMs: 16 * second, does: 'reset-offsets', group, to } as const]),
      { atMs: 18 * second, does: 'start', member } as const,
    ],
    endsAtMs: 26 * second,
  };
}
