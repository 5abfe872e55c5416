import type { ApplicationRun } from './application-run.js';
import { livesOf, repeated } from './task-lives.js';

/** What a search should come upon, by name: whether it did in a run. */
const probes: Readonly<Record<string, (run: ApplicationRun) => boolean>> = {
  'an instance crashes': ({ crashes }) => crashes.length > 0,
  'an instance crashes before its tasks have their state': ({ crashes }) =>
    crashes.some(({ isRestoring }) => isRestoring),
  'a record is processed again': (run) => repeated(livesOf(run)) > 0,
  'a task goes on in another instance': (run) =>
    new Set(livesOf(run).map(({ task, client }) => `${task} ${client}`)).size >
    new Set(livesOf(run).map(({ task }) => task)).size,
  'a record is too late': ({ trace }) =>
    trace.some((event) => event.kind === 'record-dropped' && event.reason === 'late-record'),
  'a standby becomes the active task': ({ trace }) =>
    trace.some((event, at) => {
      const before = trace[at - 1];
      if (event.kind !== 'task-assigned' || event.role !== 'active') return false;
      return before?.kind === 'task-ended' && before.role === 'standby' && before.task === event.task;
    }),
  'three instances have tasks at one time': ({ trace }) => {
    const owners = new Map<string, string>();
    return trace.some((event) => {
      if (event.kind === 'task-restored') owners.set(event.task, event.client);
      return new Set(owners.values()).size === 3;
    });
  },
};

const reached = new Set<string>();

/** Notes what a run has come upon. */
export function probe(run: ApplicationRun): void {
  for (const [name, hasReached] of Object.entries(probes)) if (!reached.has(name) && hasReached(run)) reached.add(name);
}

/** What no run so far has come upon: a search that does not is blind there. */
export function notReached(): string[] {
  return Object.keys(probes).filter((name) => !reached.has(name));
}
