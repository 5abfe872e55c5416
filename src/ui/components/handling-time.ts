import type { LaneId, RunSpec } from '../../engine/scenario/run-spec.js';

/** Steps of a key press, and what a pointer snaps to. */
export const keyStepMs = 500;
const pointerStepMs = 100;
export const leastHandlingMs = 100;

/** How long an actor takes for a record, as the spec has it: its override, else its usual time. */
export function usualHandlingMs(spec: RunSpec, lane: LaneId, actor: string, record: number): number {
  const override = spec.overrides.find(
    (candidate) => candidate.lane === lane && candidate.actor === actor && candidate.record === record,
  );
  if (override !== undefined) return override.handlingMs;
  const laneSpec = spec.lanes.find((candidate) => candidate.lane === lane);
  const actors =
    laneSpec === undefined
      ? []
      : laneSpec.lane === 'queue'
        ? laneSpec.workers
        : laneSpec.lane === 'publish-subscribe'
          ? laneSpec.subscribers
          : laneSpec.groups.flatMap((group) => group.members);
  return actors.find((candidate) => candidate.id === actor)?.handlingMs ?? keyStepMs;
}

/** A time that a bar's end was dragged to, in whole steps. */
export function snapped(ms: number): number {
  return Math.max(leastHandlingMs, Math.round(ms / pointerStepMs) * pointerStepMs);
}

/** One key press longer or shorter. */
export function stepped(handlingMs: number, direction: 1 | -1): number {
  return Math.max(leastHandlingMs, Math.round(handlingMs / pointerStepMs) * pointerStepMs + direction * keyStepMs);
}
