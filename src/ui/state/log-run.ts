import { LogRunProjector } from '../../engine/scenario/log-run-projector.js';
import type { LogRunSpec } from '../../engine/scenario/log-run-spec.js';
import type { LogRunView } from '../../engine/scenario/log-run-view.js';
import { wholeRun } from './run-kind.js';

/** Runs of one partition's log. */
export const logRun = wholeRun<LogRunSpec, LogRunView>({
  name: 'log',
  project: (spec, originMs) => new LogRunProjector(spec, originMs),
  events: [
    'command',
    'batch-appended',
    'segment-rolled',
    'retention-checked',
    'segments-deleted',
    'cleaner-checked',
    'log-cleaned',
  ],
});
