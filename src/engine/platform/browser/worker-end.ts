import { randomName } from './random-name.js';

/** How a page learns that a worker is gone. */
export interface WorkerEnd {
  /** The worker holds this Web Lock for as long as it lives (`holdWhileAlive`). */
  readonly lock: string;
  /** Resolves with what happened if the worker's script can't be loaded or throws. */
  readonly failed: Promise<string>;
  /** To be called once the worker holds the lock; resolves when it is gone, however it went. Without Web Locks only failures are seen. */
  watch(): Promise<string>;
}

/** A worker that is terminated or killed gives no sign; the lock that it held is then free, and the page is waiting for it. */
export function workerEnd(worker: Worker): WorkerEnd {
  const lock = `partita-worker:${randomName()}`;
  const failed = new Promise<string>((resolve) => {
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      resolve(`The worker failed: ${event.message || 'its script could not be loaded from where it was expected'}.`);
    });
  });
  const gone = async (): Promise<string> => {
    if (!('locks' in navigator)) return await failed;
    return await navigator.locks
      .request(lock, () => 'The worker ended. Open it again: everything acknowledged is stored.')
      .catch(() => failed);
  };
  return { lock, failed, watch: () => Promise.race([failed, gone()]) };
}

/** Called in the worker: holds the lock until the worker ends; resolves when it is held. */
export function holdWhileAlive(lock: string): Promise<void> {
  if (!('locks' in navigator)) return Promise.resolve();
  return new Promise((resolve) => {
    const held = navigator.locks.request(lock, () => {
      resolve();
      return new Promise<never>(() => {});
    });
    // Where storage is refused locks are too: then it lives without.
    held.catch(() => resolve());
  });
}
