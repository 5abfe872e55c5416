import type { RecordedEvent } from '../../engine/environment/trace-events.js';
import { RunProjector } from '../../engine/scenario/run-projector.js';
import type { LaneId, RunSpec } from '../../engine/scenario/run-spec.js';
import type { RunView } from '../../engine/scenario/run-view.js';
import { withLanes } from '../scenarios/run-outcome.js';
import type { Step } from '../scenarios/scenario.js';
import type { RunKind } from './run-kind.js';

const eventsOfInterest: ReadonlySet<RecordedEvent['kind']> = new Set([
  'command',
  'message-taken',
  'message-handled',
  'message-redelivered',
  'message-taken-up',
  'message-finished',
  'subscriber-came',
  'batch-appended',
  'record-delivered',
  'record-handled',
  'partitions-assigned',
]);

/** Runs in which lanes share the same records: a step shows some of the lanes, and each lane's outcome is hidden until it was said what was seen in it. */
export const lanesRun: RunKind<RunSpec, RunView> = {
  project: (spec, originMs) => new RunProjector(spec, originMs),
  isOfInterest: (event) => eventsOfInterest.has(event.kind),
  runOf: (step) => (lanesOf(step).length === 1 ? lanesOf(step).join() : 'all'),
  specOf: (spec, step) => withLanes(spec, lanesOf(step)),
  isKept: (spec) => spec.overrides.length === 0,
  lengthOf(outcome, step) {
    const ends = outcome.lanes
      .filter(({ lane }) => lanesOf(step).includes(lane))
      .flatMap(({ actors }) => actors.flatMap(({ handlings }) => handlings.map(({ toMs }) => toMs ?? outcome.atMs)));
    return Math.max(1, ...ends);
  },
  isRevealed({ steps, at, answers, view }) {
    const step = steps[at];
    const shown = [...(step === undefined ? [] : lanesOf(step)), ...(view?.lanes.map(({ lane }) => lane) ?? [])];
    return shown.every((lane) =>
      steps.some(
        ({ phase, lanes, question }) =>
          phase === 'observe' &&
          lanes?.length === 1 &&
          lanes[0] === lane &&
          question !== undefined &&
          answers[question] !== undefined,
      ),
    );
  },
};

/** A change of the spec that makes one handling take so long, in this run and in those after it. */
export function draggedBar(
  lane: LaneId,
  actor: string,
  record: number,
  handlingMs: number,
): (spec: RunSpec) => RunSpec {
  return (spec) => ({
    ...spec,
    overrides: [
      ...spec.overrides.filter((other) => other.lane !== lane || other.actor !== actor || other.record !== record),
      { lane, actor, record, handlingMs: Math.max(100, Math.round(handlingMs / 100) * 100) },
    ],
  });
}

function lanesOf(step: Step): readonly LaneId[] {
  return step.lanes ?? [];
}
