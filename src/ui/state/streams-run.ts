import type { RecordedEvent } from '../../engine/environment/trace-events.js';
import { StreamsRunProjector } from '../../engine/scenario/streams-run-projector.js';
import type { StreamsRunSpec } from '../../engine/scenario/streams-run-spec.js';
import type { StreamsRunView } from '../../engine/scenario/streams-run-view.js';
import type { RunKind } from './run-kind.js';

const eventsOfInterest: ReadonlySet<RecordedEvent['kind']> = new Set([
  'command',
  'records-stored',
  'log-cleaned',
  'application-started',
  'application-ended',
  'application-state-changed',
  'task-assigned',
  'task-restored',
  'task-ended',
  'record-processed',
  'record-dropped',
]);

/**
 * Runs of streams applications. All of them always run together, so that what is judged is what is shown; a step shows some of them, and steps that show the
 * same go on in one run. Reasons are told while nothing more is to be seen.
 */
export const streamsRun: RunKind<StreamsRunSpec, StreamsRunView> = {
  project: (spec, originMs) => new StreamsRunProjector(spec, originMs),
  isOfInterest: (event) => eventsOfInterest.has(event.kind) && !('topic' in event && event.topic.startsWith('__')),
  runOf: (step) => step.groups?.join('+') ?? 'applications',
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
