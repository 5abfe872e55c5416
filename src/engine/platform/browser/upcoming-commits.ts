import type { StorageWrite } from '../../environment/storage.js';
import { prepareWrites, type PreparedWrite } from './prepared-writes.js';

/**
 * Commits that are to come: their writes are made ready in a task of their own, once everything has been asked of the browser that could be. While it works on one commit there
 * is the time to copy what the next one holds.
 */
export class UpcomingCommits {
  private readonly waiting = new Map<readonly StorageWrite[], (prepared: readonly PreparedWrite[]) => void>();
  private readonly ready = new WeakMap<readonly StorageWrite[], PreparedWrite[]>();
  private readonly wake = new MessageChannel();

  constructor() {
    this.wake.port1.onmessage = () => this.run();
  }

  /** `finish` is called with what was prepared. */
  add(writes: readonly StorageWrite[], finish: (prepared: readonly PreparedWrite[]) => void): void {
    this.waiting.set(writes, finish);
    this.wake.port2.postMessage(undefined);
  }

  /** What was prepared of these writes; undefined if there has been no time for it. */
  take(writes: readonly StorageWrite[]): PreparedWrite[] | undefined {
    this.waiting.delete(writes);
    const prepared = this.ready.get(writes);
    this.ready.delete(writes);
    return prepared;
  }

  close(): void {
    this.waiting.clear();
    this.wake.port1.close();
  }

  private run(): void {
    for (const [writes, finish] of this.waiting) {
      const prepared = prepareWrites(writes);
      finish(prepared);
      this.ready.set(writes, prepared);
    }
    this.waiting.clear();
  }
}
