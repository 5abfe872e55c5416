import type { GroupRunSpec, GroupRunStep } from '../../../engine/scenario/group-run-spec.js';
import type { GroupRunView } from '../../../engine/scenario/group-run-view.js';
import {
  groupOf,
  handlingsOf,
  memberOf,
  ownerAt,
  withGroup,
  type GroupQuestion,
  type GroupScenario,
} from '../group-outcome.js';

export type StepId =
  | 'members'
  | 'run-three'
  | 'idle'
  | 'run-idle'
  | 'saw-idle'
  | 'takeover'
  | 'record'
  | 'run-takeover'
  | 'saw-takeover'
  | 'guarantee'
  | 'vary'
  | 'play';

export type QuestionId = 'idle' | 'saw-idle' | 'takeover' | 'record' | 'saw-takeover' | 'guarantee';

const second = 1000;
export const endsAtMs = 50 * second;
export const group = 'A';
export const killed = 'A-2';
/** The partition that the killed member had. */
export const orphan = 1;
export const fourthStartsAtMs = 18 * second;
/** When four members have settled. */
export const settledAtMs = 26 * second;
/** In the middle of a record. */
export const killedAtMs = 28 * second + 600;

/** order-2 lies in p0, order-1 in p1, order-4 in p2 (murmur2, three partitions). */
const keys = ['order-2', 'order-1', 'order-4'];

const sends: readonly GroupRunStep[] = Array.from({ length: 42 }, (_, index) => {
  const key = keys[index % keys.length] as string;
  return { atMs: index * second, does: 'send', key, value: `${key} item ${Math.floor(index / keys.length) + 1}` };
});

/** Three partitions; four members that join one after the other; the second is killed. */
export const fourthConsumerSpec: GroupRunSpec = {
  kind: 'group',
  seed: '1',
  topics: [{ topic: 'orders', partitions: 3, keyed: true }],
  groups: [
    {
      group,
      topic: 'orders',
      protocol: 'eager',
      autoOffsetReset: 'earliest',
      commits: 'each',
      sessionTimeoutMs: 10 * second,
      heartbeatIntervalMs: second,
      members: [1, 2, 3, 4].map((number) => ({ member: `${group}-${number}`, handlingMs: 1_200 })),
    },
  ],
  script: [
    ...sends,
    { atMs: 0, does: 'start', member: 'A-1' } as const,
    { atMs: 6 * second, does: 'start', member: 'A-2' } as const,
    { atMs: 12 * second, does: 'start', member: 'A-3' } as const,
    { atMs: fourthStartsAtMs, does: 'start', member: 'A-4' } as const,
    { atMs: killedAtMs, does: 'crash', member: killed } as const,
  ].toSorted((one, other) => one.atMs - other.atMs),
  endsAtMs,
};

/** Scenario 3: partitions, not members, are what a group can work on at a time. */
export function fourthConsumer(): GroupScenario<StepId, QuestionId> {
  return {
    id: 'fourth-consumer',
    spec: fourthConsumerSpec,
    steps: [
      { id: 'members', phase: 'set-up' },
      { id: 'run-three', phase: 'run', untilMs: fourthStartsAtMs - second },
      { id: 'idle', phase: 'predict', question: 'idle' },
      { id: 'run-idle', phase: 'run', untilMs: settledAtMs },
      { id: 'saw-idle', phase: 'observe', question: 'saw-idle' },
      { id: 'takeover', phase: 'predict', question: 'takeover' },
      { id: 'record', phase: 'predict', question: 'record' },
      { id: 'run-takeover', phase: 'run' },
      { id: 'saw-takeover', phase: 'observe', question: 'saw-takeover' },
      { id: 'guarantee', phase: 'explain', question: 'guarantee' },
      { id: 'vary', phase: 'vary' },
      { id: 'play', phase: 'play' },
    ],
    questions: { idle, 'saw-idle': sawIdle, takeover, record, 'saw-takeover': sawTakeover, guarantee },
    variations: [
      { setting: 'partitions' },
      { setting: 'session.timeout.ms' },
      { setting: 'group.protocol' },
      { setting: 'handling' },
    ],
    challenge: {
      isMet: (outcome) => outcome.finished && idleMembers(outcome, endsAtMs).length === 0 && wasSwift(outcome),
      isOnTheWay: (spec) => (spec.topics[0]?.partitions ?? 0) > 3,
      hintAfter: 3,
    },
  };
}

/** Members whose process lives and that own nothing at a moment, from a view at that moment or later. */
export function idleMembers(view: GroupRunView, atMs: number): readonly string[] {
  return groupOf(view, group)
    .members.filter(({ lives, owned }) => {
      const isThere = (span: { readonly fromMs: number; readonly toMs: number | undefined }): boolean =>
        span.fromMs <= atMs && (span.toMs ?? Infinity) > atMs;
      return lives.some(isThere) && !owned.some(isThere);
    })
    .map(({ member }) => member);
}

/** The offset of the record that the killed member had in hand. */
export function cutShortAt(view: GroupRunView): number | undefined {
  return memberOf(view, killed).handlings.find(({ isCutShort }) => isCutShort)?.offset;
}

/** The offset at which the new owner of the orphaned partition went on. */
export function resumedAt(view: GroupRunView): number | undefined {
  return handlingsOf(view, group).find(
    ({ partition, fromMs, member }) => partition === orphan && fromMs > killedAtMs && member !== killed,
  )?.offset;
}

/** How long nobody worked on the orphaned partition. */
export function orphanedForMs(view: GroupRunView): number {
  const pause = groupOf(view, group).pauses.find(
    ({ partition, fromMs }) => partition === orphan && fromMs === killedAtMs,
  );
  return pause === undefined ? 0 : (pause.toMs ?? view.atMs) - pause.fromMs;
}

/** How long the orphaned partition may wait in the challenge. */
export const swiftMs = 7 * second;

const wasSwift = (view: GroupRunView): boolean => orphanedForMs(view) < swiftMs;

const idle: GroupQuestion = {
  kind: 'prediction',
  options: () => [
    {
      id: 'refused',
      values: [],
      misconception: 'M3',
      holds: (outcome) => memberOf(outcome, 'A-4').lives.some(({ end }) => end === 'failed'),
    },
    {
      id: 'shares',
      values: [],
      misconception: 'M3',
      holds: (outcome) => idleMembers(outcome, settledAtMs).length === 0,
    },
    { id: 'nothing', values: [], holds: (outcome) => idleMembers(outcome, settledAtMs).join() === 'A-4' },
  ],
};

const sawIdle: GroupQuestion = {
  kind: 'observation',
  options: () => [
    {
      id: 'only-newcomer',
      values: [],
      misconception: 'M13',
      holds: (outcome) =>
        groupOf(outcome, group).pauses.every(({ fromMs }) => fromMs < fourthStartsAtMs || fromMs > settledAtMs),
    },
    {
      id: 'all-paused',
      values: [],
      holds: (outcome) =>
        [0, 1, 2].every((partition) =>
          groupOf(outcome, group).pauses.some(
            (pause) => pause.partition === partition && pause.fromMs >= fourthStartsAtMs && pause.fromMs < settledAtMs,
          ),
        ),
    },
    {
      id: 'faster',
      values: [],
      misconception: 'M3',
      holds: (outcome) => memberOf(outcome, 'A-4').handlings.some(({ fromMs }) => fromMs < settledAtMs),
    },
  ],
};

const takeover: GroupQuestion = {
  kind: 'prediction',
  options: (_, outcome) =>
    ['nobody', 'A-1', 'A-3', 'A-4'].map((id) => ({
      id,
      values: [],
      ...(id === 'nobody'
        ? { misconception: 'M3' as const }
        : id === takerOf(outcome)
          ? {}
          : { misconception: 'M13' as const }),
      holds: (view: GroupRunView) => (takerOf(view) ?? 'nobody') === id,
    })),
};

const takerOf = (view: GroupRunView): string | undefined => ownerAt(view, group, orphan, endsAtMs);

const record: GroupQuestion = {
  kind: 'prediction',
  options: () => [
    {
      id: 'lost',
      values: [],
      misconception: 'M1',
      holds: (outcome) => (resumedAt(outcome) ?? 0) > (cutShortAt(outcome) ?? 0),
    },
    { id: 'again', values: [], holds: (outcome) => resumedAt(outcome) === cutShortAt(outcome) },
    { id: 'all-again', values: [], misconception: 'M8', holds: (outcome) => resumedAt(outcome) === 0 },
  ],
};

const sawTakeover: GroupQuestion = {
  kind: 'observation',
  options: () => [
    { id: 'at-once', values: [], misconception: 'M13', holds: (outcome) => orphanedForMs(outcome) < second },
    {
      id: 'after-session',
      values: [],
      holds: (outcome) => memberOf(outcome, killed).removals.some(({ reason }) => reason === 'session-expired'),
    },
    {
      id: 'stood-still',
      values: [],
      misconception: 'M3',
      holds: (outcome) => takerOf(outcome) === undefined,
    },
  ],
};

const guarantee: GroupQuestion = {
  kind: 'guarantee',
  options: () => [
    {
      id: 'partitions',
      values: [4],
      holds: () => true,
      trial: (spec) => ({ ...spec, topics: spec.topics.map((topic) => ({ ...topic, partitions: 4 })) }),
    },
    {
      id: 'cooperative',
      values: [],
      misconception: 'M3',
      holds: () => false,
      trial: (spec) => withGroup(spec, group, (each) => ({ ...each, protocol: 'cooperative' })),
    },
    {
      id: 'session',
      values: [6],
      misconception: 'M3',
      holds: () => false,
      trial: (spec) => withGroup(spec, group, (each) => ({ ...each, sessionTimeoutMs: 6 * second })),
    },
  ],
};
