import type { LaneId, LaneSpec, RunSpec } from '../../engine/scenario/run-spec.js';
import type { ActorView, LaneView, SequenceVerdict, RunView } from '../../engine/scenario/run-view.js';

/** The lane of a view; throws if the run has no such lane. */
export function laneOf<Lane extends LaneId>(view: RunView, lane: Lane): Extract<LaneView, { lane: Lane }> {
  const found = view.lanes.find((candidate) => candidate.lane === lane);
  if (found === undefined)
    throw new Error(`The run has no lane '${lane}'; it has ${view.lanes.map((l) => l.lane).join(', ')}.`);
  return found as Extract<LaneView, { lane: Lane }>;
}

/** The lane of a spec; throws if the spec has no such lane. */
export function laneSpecOf<Lane extends LaneId>(spec: RunSpec, lane: Lane): Extract<LaneSpec, { lane: Lane }> {
  const found = spec.lanes.find((candidate) => candidate.lane === lane);
  if (found === undefined)
    throw new Error(`The spec has no lane '${lane}'; it has ${spec.lanes.map((l) => l.lane).join(', ')}.`);
  return found as Extract<LaneSpec, { lane: Lane }>;
}

/** `spec` with only the lanes named: a lane does the same alone as beside others. */
export function withLanes(spec: RunSpec, lanes: readonly LaneId[]): RunSpec {
  return { ...spec, lanes: spec.lanes.filter(({ lane }) => lanes.includes(lane)) };
}

/** `spec` with one of its lanes changed. */
export function withLane<Lane extends LaneId>(
  spec: RunSpec,
  lane: Lane,
  change: (lane: Extract<LaneSpec, { lane: Lane }>) => Extract<LaneSpec, { lane: Lane }>,
): RunSpec {
  return {
    ...spec,
    lanes: spec.lanes.map((each) => (each.lane === lane ? change(each as Extract<LaneSpec, { lane: Lane }>) : each)),
  };
}

/** How many records each actor of a lane (or of one of its groups) has finished, in the sequence of the spec. */
export function handledCounts(view: RunView, lane: LaneId, group?: string): readonly number[] {
  return actorsOf(view, lane, group).map((actor) => actor.handledCount);
}

/** The actors of a lane, or of one of its groups. */
export function actorsOf(view: RunView, lane: LaneId, group?: string): readonly ActorView[] {
  const actors: readonly ActorView[] = laneOf(view, lane).actors;
  return group === undefined ? actors : actors.filter((actor) => actor.group === group);
}

/** The verdict of a lane for a scope (a group or subscriber; the only one if absent). */
export function verdictOf(view: RunView, lane: LaneId, scope?: string): SequenceVerdict | undefined {
  const verdicts: readonly SequenceVerdict[] = laneOf(view, lane).verdicts;
  return scope === undefined ? verdicts[0] : verdicts.find((verdict) => verdict.scope === scope);
}
