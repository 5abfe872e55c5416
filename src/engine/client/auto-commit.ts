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
 * one at a time; a commit that fails is tried again at the next occasion.
 */
export class AutoCommit {
  readonly #lifetime: Lifetime;
  readonly #options: AutoCommitOptions;
  readonly #commit: () => Promise<void>;
  #timer: TimerHandle | undefined;
  #handled = 0;
  #committing: Promise<void> = Promise.resolve();

  /** `commit` stores the positions; it must not reject. */
  constructor(lifetime: Lifetime, options: AutoCommitOptions, commit: () => Promise<void>) {
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
    if (intervalMs !== null) {
      this.#timer ??= this.#lifetime.timer(intervalMs, () => {
        this.#timer = undefined;
        void this.flush();
      });
    }
    return undefined;
  }

  /** All records of a batch were handled. */
  async batchHandled(): Promise<void> {
    const { intervalMs, threshold } = this.#options;
    if (intervalMs === null && threshold === null) await this.flush();
  }

  /** No timer commits any more. Resolves when a commit that is under way is over. */
  async ended(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#committing;
  }

  /** Commits now, after a commit that is under way. */
  async flush(): Promise<void> {
    if (!this.#options.autoCommit) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#handled = 0;
    this.#committing = this.#committing.then(() => this.#commit());
    await this.#committing;
  }
}
