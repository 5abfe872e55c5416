import { plainObject } from '../plain-object.js';

/**
 * Who leads a log, and how that tab can be reached. It is told by the name of a lock that the leader's worker holds: so it is true for as long as that worker lives, and no
 * longer.
 */
export interface LeaderMark {
  /** The lock's name, different each time that a tab begins to lead. */
  readonly lock: string;
  /** The address of the hub that hands out ports to the leader. Undefined where there is none: then nobody reaches the leader. */
  readonly hub: string | undefined;
}

/** Changes when tabs with the old and the new messages would misunderstand each other. */
const messagesVersion = 1;

/** The lock that whoever leads `log` holds. */
export function leaderLock(log: string): string {
  return `partita:${log}`;
}

/** The channel that all tabs of `log` hear. */
export function tabsChannel(log: string): string {
  return `partita-tabs:${log}`;
}

/** The mark by which a new leader of `log` shows itself; `id` belongs to it alone. */
export function leaderMark(log: string, id: string, hub: string | undefined): LeaderMark {
  return { lock: markPrefix(log) + JSON.stringify({ messages: messagesVersion, id, hub }), hub };
}

/** The mark that a lock's name is, if it is one of `log`. A leader whose messages we would not understand is one that we can't reach. */
export function readMark(log: string, lock: string | undefined): LeaderMark | undefined {
  const prefix = markPrefix(log);
  if (lock?.startsWith(prefix) !== true) return undefined;
  const said = plainObject(parsed(lock.slice(prefix.length)));
  const hub = said?.['hub'];
  return { lock, hub: said?.['messages'] === messagesVersion && typeof hub === 'string' ? hub : undefined };
}

function markPrefix(log: string): string {
  return `partita-leader:${log}:`;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
