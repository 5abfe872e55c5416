import { StreamsRunProjector } from '../../engine/scenario/streams-run-projector.js';
import type { StreamsRunSpec } from '../../engine/scenario/streams-run-spec.js';
import type { StreamsRunView } from '../../engine/scenario/streams-run-view.js';
import { wholeRun } from './run-kind.js';

/** Runs of streams applications. All of them always run together; a step shows some of them. */
export const streamsRun = wholeRun<StreamsRunSpec, StreamsRunView>({
  name: 'applications',
  project: (spec, originMs) => new StreamsRunProjector(spec, originMs),
  events: [
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
  ],
});
