import type { RecordedEvent } from '../../engine/environment/trace-events.js';
import { LogRunProjector } from '../../engine/scenario/log-run-projector.js';
import type { LogRunSpec } from '../../engine/scenario/log-run-spec.js';
import type { LogRunView } from '../../engine/scenario/log-run-view.js';
import type { RunKind } from './run-kind.js';

const eventsOfInterest: ReadonlySet<RecordedEvent['kind']> = new Set([
  'command',
  'batch-appended',
  'segment-rolled',
  'retention-checked',
  'segments-deleted',
  'cleaner-checked',
  'log-cleaned',
]);

/** Runs of one partition's log. A story goes on in one run, and its reasons are told while nothing more is to be seen. */
export const logRun: RunKind<LogRunSpec, LogRunView> = {
  project: (spec, originMs) => new LogRunProjector(spec, originMs),
  isOfInterest: (event) => eventsOfInterest.has(event.kind),
  runOf: () => 'log',
  specOf: (spec) => spec,
  isKept: () => true,
  lengthOf: (outcome) => outcome.atMs,
  isRevealed({ steps, at, answers }) {
    const step = steps[at];
    switch (step?.phase) {
      case 'set-up':
      case 'predict':
      case 'run':
        return false;
      case 'observe':
        return step.question === undefined || answers[step.question] !== undefined;
      default:
        return true;
    }
  },
};
