/** Which tab has a log: a Web Lock of this origin, held from `take` until `release`, the end of the page, or until another tab steals it. */
export class LogLock {
  private constructor(
    /** Resolves when another tab has taken the lock from us. */
    readonly stolen: Promise<void>,
    readonly release: () => void,
  ) {}

  /**
   * Takes the lock, waiting up to `waitMs` for a page that is just going; undefined if another keeps it. `steal` takes it in any case.
   * Where there are no Web Locks nothing guards but the storage's fencing token: then the newest opener wins.
   */
  static async take(name: string, { waitMs, steal }: { waitMs: number; steal: boolean }): Promise<LogLock | undefined> {
    if (!('locks' in navigator)) return new LogLock(new Promise<void>(() => {}), () => {});
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let announceStolen = (): void => {};
    const stolen = new Promise<void>((resolve) => (announceStolen = resolve));
    return await new Promise<LogLock | undefined>((resolve, reject) => {
      let isHeld = false;
      const options: LockOptions = steal ? { steal: true } : { signal: AbortSignal.timeout(waitMs) };
      navigator.locks
        .request(name, options, () => {
          isHeld = true;
          resolve(new LogLock(stolen, release));
          return held;
        })
        .catch((error: unknown) => {
          if (isHeld) announceStolen();
          else if (error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError'))
            resolve(undefined);
          else reject(error instanceof Error ? error : new Error(String(error)));
        });
    });
  }
}
