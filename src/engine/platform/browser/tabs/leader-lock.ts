import { leaderLock, readMark, type LeaderMark } from './leader-mark.js';

/** What is used of a browser's Web Locks. */
export type Locks = Pick<LockManager, 'request' | 'query'>;

/** A lock that is ours until we release it, our context ends, or another steals it. */
export interface HeldLock {
  readonly stolen: Promise<void>;
  release(): void;
}

/** Waits for a lock, or steals it. Rejects with an AbortError if `signal` calls that off before the lock was ours. */
export function takeLock(
  locks: Locks,
  name: string,
  options: { readonly steal?: true; readonly signal?: AbortSignal } = {},
): Promise<HeldLock> {
  return new Promise((resolve, reject) => {
    let isHeld = false;
    let announceStolen = (): void => {};
    const stolen = new Promise<void>((announce) => (announceStolen = announce));
    const held = (): Promise<void> => {
      isHeld = true;
      return new Promise<void>((release) => resolve({ stolen, release }));
    };
    locks.request(name, options, held).catch((error: unknown) => {
      if (isHeld) announceStolen();
      else reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
}

/** Calls `listener` once nobody holds the lock any more, unless `signal` calls that off. */
export function whenReleased(locks: Locks, name: string, signal: AbortSignal, listener: () => void): void {
  locks.request(name, { mode: 'shared', signal }, () => listener()).catch(() => undefined);
}

/** Whether a log is led at the moment, and by whom, if the leader has shown itself. */
export interface Leadership {
  readonly isLed: boolean;
  readonly mark: LeaderMark | undefined;
}

export async function whoLeads(locks: Locks, log: string): Promise<Leadership> {
  const { held = [] } = await locks.query();
  const isLed = held.some(({ name }) => name === leaderLock(log));
  return { isLed, mark: isLed ? marksAmong(held, log).at(-1) : undefined };
}

/** The marks that are held by those whose marks they are: whoever waits for a mark to go gets it for a moment, in shared mode, and if it sleeps for longer. */
function marksAmong(held: readonly LockInfo[], log: string): LeaderMark[] {
  return held.flatMap(({ name, mode }) => (mode === 'exclusive' && readMark(log, name)) || []);
}

/**
 * Takes away the marks of those who led before us: a tab that was stolen from shows itself as the leader for as long as it sleeps. Only while the lock is ours, for a later leader's mark
 * is not to be touched; `life` is a lock by which we know ourselves.
 */
export async function takeMarks(locks: Locks, log: string, life: string): Promise<void> {
  const { held = [] } = await locks.query();
  const holderOf = (lock: string): string | undefined => held.find(({ name }) => name === lock)?.clientId;
  if (holderOf(leaderLock(log)) !== holderOf(life)) return;
  for (const { lock } of marksAmong(held, log)) (await takeLock(locks, lock, { steal: true })).release();
}

/** Locks of a context that shares nothing with others: all are free, and nobody is waited for. */
export const loneLocks: Locks = {
  request: async (_name: string, ...rest: readonly unknown[]) => {
    const granted = rest.at(-1) as () => Promise<void>;
    const { mode } = rest.length > 1 ? (rest[0] as LockOptions) : {};
    await (mode === 'shared' ? new Promise<never>(() => {}) : granted());
  },
  query: () => Promise.resolve({ held: [], pending: [] }),
} as Locks;
