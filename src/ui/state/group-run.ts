import { GroupRunProjector } from '../../engine/scenario/group-run-projector.js';
import type { GroupRunSpec } from '../../engine/scenario/group-run-spec.js';
import type { GroupRunView } from '../../engine/scenario/group-run-view.js';
import { wholeRun } from './run-kind.js';

/** Runs of consumer groups. All groups always run together; a step shows some of them. */
export const groupRun = wholeRun<GroupRunSpec, GroupRunView>({
  name: 'groups',
  project: (spec, originMs) => new GroupRunProjector(spec, originMs),
  events: [
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
  ],
});
