import type { Millis } from '../environment/environment.js';
import type { Actor, LaneId, RunSpec } from './run-spec.js';

/** How long `actor` takes for a record: its own pace, or what the learner drew. A record that comes again is handled at the usual pace. */
export function handlingMs(spec: RunSpec, lane: LaneId, actor: Actor, record: number, attempt: number): Millis {
  const override =
    attempt === 1
      ? spec.overrides.find((other) => other.lane === lane && other.actor === actor.id && other.record === record)
      : undefined;
  return override?.handlingMs ?? actor.handlingMs;
}
