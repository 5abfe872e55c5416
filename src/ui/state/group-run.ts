import type { RecordedEvent } from '../../engine/environment/trace-events.js';
import { GroupRunProjector } from '../../engine/scenario/group-run-projector.js';
import type { GroupRunSpec } from '../../engine/scenario/group-run-spec.js';
import type { GroupRunView } from '../../engine/scenario/group-run-view.js';
import type { RunKind } from './run-kind.js';

const eventsOfInterest: ReadonlySet<RecordedEvent['kind']> = new Set([
  'command',
  'batch-appended',
  'log-start-advanced',
  'group-state-changed',
  'member-left',
  'partitions-assigned',
  'partitions-revoked',
  'application-started',
  'application-ended',
  'handling-begun',
  'handling-ended',
  'offset-committed',
  'commit-refused',
  'offset-reset',
]);

/**
 * Runs of consumer groups. All groups always run together, so that what is judged is what is shown; a step shows some of them, and steps that show the
 * same go on in one run. Sums and reasons are told while nothing more is to be seen.
 */
export const groupRun: RunKind<GroupRunSpec, GroupRunView> = {
  project: (spec, originMs) => new GroupRunProjector(spec, originMs),
  isOfInterest: (event) => eventsOfInterest.has(event.kind) && !('topic' in event && event.topic.startsWith('__')),
  runOf: (step) => step.groups?.join('+') ?? 'groups',
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
