/** A page that is going lets go of its lock when its worker has ended; on a busy machine that takes a while. */
const longestGoingMs = 10_000;

type LockMessage = 'who-has-it' | 'i-have-it';

/** Which tab has a log: a Web Lock of this origin, held from `take` until `release`, the end of the page, or until another tab steals it. */
export class LogLock {
  private constructor(
    /** Resolves when another tab has taken the lock from us. */
    readonly stolen: Promise<void>,
    readonly release: () => void,
  ) {}

  /**
   * Takes the lock. If a living tab has it, waits up to `waitMs` for that to let go and then gives undefined; a page that is just being left or reloaded
   * does not answer any more and is waited for. `steal` takes it in any case. Where there are no Web Locks nothing guards but the storage's fencing
   * token: then the newest opener wins.
   */
  static take(name: string, { waitMs, steal }: { waitMs: number; steal: boolean }): Promise<LogLock | undefined> {
    if (!('locks' in navigator)) return Promise.resolve(new LogLock(new Promise<void>(() => {}), () => {}));
    const channel = new BroadcastChannel(`${name}:lock`);
    const giveUp = new AbortController();
    let limit = setTimeout(() => giveUp.abort(), longestGoingMs);
    let isHeld = false;
    channel.onmessage = ({ data }: MessageEvent<LockMessage>) => {
      if (data === 'who-has-it' && isHeld) channel.postMessage('i-have-it' satisfies LockMessage);
      if (data === 'i-have-it' && !isHeld) {
        clearTimeout(limit);
        limit = setTimeout(() => giveUp.abort(), waitMs);
      }
    };
    return new Promise((resolve, reject) => {
      let announceStolen = (): void => {};
      const stolen = new Promise<void>((announce) => (announceStolen = announce));
      const granted = (): Promise<void> => {
        isHeld = true;
        clearTimeout(limit);
        return new Promise<void>((release) => resolve(new LogLock(stolen, release)));
      };
      navigator.locks.request(name, steal ? { steal } : { signal: giveUp.signal }, granted).then(
        () => channel.close(),
        (error: unknown) => {
          clearTimeout(limit);
          channel.close();
          if (isHeld) announceStolen();
          else if (giveUp.signal.aborted) resolve(undefined);
          else reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
      channel.postMessage('who-has-it' satisfies LockMessage);
    });
  }
}
