import type { Millis, TimerHandle } from '../environment/environment.js';
import type { Lifetime } from './lifetime.js';

/** When a consumer commits by itself. With neither interval nor threshold: after each batch that a fetch brought. */
export interface AutoCommitOptions {
  readonly autoCommit: boolean;
  readonly intervalMs: Millis | null;
  /** How many handled records make a commit. */
  readonly threshold: number | null;
}

/**
 * Commits what handlers have finished. What is handed out but not finished is never committed: after a crash it comes again, nothing is skipped. Commits run
 * one at a time; a commit that fails is tried again at the next occasion, at the latest after the interval: there may be no other record for long.
 */
export class AutoCommit {
  readonly #lifetime: Lifetime;
  readonly #options: AutoCommitOptions;
  readonly #commit: () => Promise<boolean>;
  #timer: TimerHandle | undefined;
  #handled = 0;
  #committing: Promise<void> = Promise.resolve();

  /** `commit` stores the positions and tells whether it could; it must not reject. */
  constructor(lifetime: Lifetime, options: AutoCommitOptions, commit: () => Promise<boolean>) {
    this.#lifetime = lifetime;
    this.#options = options;
    this.#commit = commit;
  }

  /** A record was handled. Gives what to wait for before the next one is, if anything. */
  recordHandled(): Promise<void> | undefined {
    const { autoCommit, intervalMs, threshold } = this.#options;
    if (!autoCommit) return undefined;
    this.#handled++;
    if (threshold !== null && this.#handled >= threshold) return this.flush();
    if (intervalMs !== null) this.#commitAfter(intervalMs);
    return undefined;
  }

  /** All records of a batch were handled. */
  async batchHandled(): Promise<void> {
    const { intervalMs, threshold } = this.#options;
    if (intervalMs === null && threshold === null) await this.flush();
  }

  /** No timer commits any more. Resolves when a commit that is under way is over. */
  async ended(): Promise<void> {
    this.#cancel();
    await this.#committing;
    // It may have failed, and want to be tried again.
    this.#cancel();
  }

  /** Commits now, after a commit that is under way. */
  async flush(): Promise<void> {
    if (!this.#options.autoCommit) return;
    this.#cancel();
    this.#handled = 0;
    this.#committing = this.#committing.then(async () => {
      const { intervalMs } = this.#options;
      if (!(await this.#commit()) && intervalMs !== null) this.#commitAfter(intervalMs);
    });
    await this.#committing;
  }

  #commitAfter(intervalMs: Millis): void {
    this.#timer ??= this.#lifetime.timer(intervalMs, () => {
      this.#timer = undefined;
      void this.flush();
    });
  }

  #cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
