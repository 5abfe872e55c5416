import type { Locks } from '../../../../../src/engine/platform/browser/tabs/leader-lock.js';
import type { SimulatedTab } from './simulated-tab.js';

type Granted = (lock: Lock | null) => unknown;

interface LockRequest {
  readonly tab: SimulatedTab;
  readonly name: string;
  readonly mode: LockMode;
  readonly granted: Granted;
  readonly settle: (outcome: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** Web Locks as the specification has them, over tabs that can sleep and die: a tab that sleeps is granted locks, and hears of it when it wakes. */
export class SimulatedLocks {
  private held: LockRequest[] = [];
  private queue: LockRequest[] = [];

  of(tab: SimulatedTab): Locks {
    const request = (name: string, ...rest: readonly unknown[]): Promise<unknown> => {
      const granted = rest.at(-1) as Granted;
      const options = rest.length > 1 ? (rest[0] as LockOptions) : {};
      return new Promise((settle, fail) => {
        const asked: LockRequest = { tab, name, mode: options.mode ?? 'exclusive', granted, settle, fail };
        if (options.signal?.aborted === true) return fail(abortError());
        options.signal?.addEventListener('abort', () => {
          if (!this.queue.includes(asked)) return;
          this.queue = this.queue.filter((other) => other !== asked);
          fail(abortError());
          this.grantAll();
        });
        if (options.steal === true) this.steal(asked);
        else this.queue.push(asked);
        this.grantAll();
      });
    };
    const query = (): Promise<LockManagerSnapshot> => {
      const info = ({ name, mode, tab: holder }: LockRequest): LockInfo => ({ name, mode, clientId: holder.id });
      return Promise.resolve({ held: this.held.map(info), pending: this.queue.map(info) });
    };
    return { request, query } as Locks;
  }

  /** What a tab held is free, and it asks for nothing any more. */
  forget(tab: SimulatedTab): void {
    this.held = this.held.filter((lock) => lock.tab !== tab);
    this.queue = this.queue.filter((lock) => lock.tab !== tab);
    this.grantAll();
  }

  private steal(asked: LockRequest): void {
    const robbed = this.held.filter(({ name }) => name === asked.name);
    this.held = this.held.filter((lock) => !robbed.includes(lock));
    for (const { tab, fail } of robbed) tab.run(() => fail(abortError()));
    this.grant(asked);
  }

  private grantAll(): void {
    for (const asked of [...this.queue]) {
      const inTheWay = [...this.held, ...this.queue.slice(0, this.queue.indexOf(asked))].filter(
        ({ name, mode }) => name === asked.name && (mode === 'exclusive' || asked.mode === 'exclusive'),
      );
      if (inTheWay.length > 0) continue;
      this.queue = this.queue.filter((other) => other !== asked);
      this.grant(asked);
    }
  }

  private grant(asked: LockRequest): void {
    this.held.push(asked);
    const release = (): void => {
      if (!this.held.includes(asked)) return;
      this.held = this.held.filter((lock) => lock !== asked);
      this.grantAll();
    };
    asked.tab.run(() => {
      // It may have been stolen again before its holder heard of it.
      Promise.resolve(asked.granted({ name: asked.name, mode: asked.mode }))
        .finally(() => asked.tab.run(release))
        .then(asked.settle, asked.fail);
    });
  }
}

function abortError(): DOMException {
  return new DOMException('The lock was stolen, or the request called off.', 'AbortError');
}
