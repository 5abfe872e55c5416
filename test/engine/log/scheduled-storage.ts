import type fc from 'fast-check';
import type { Durability, Storage, StorageWrite, WriteNeed } from '../../../src/engine/environment/storage.js';
import { turnOfTheEventLoop } from './event-loop.js';

/**
 * A storage whose requests begin, and are answered, when a scheduler says so. What happens in between is real and takes its own time: the scheduler waits until nothing is under way,
 * so that a run is a function of its choices, over memory and over a database.
 */
export class ScheduledStorage implements Storage {
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    private readonly storage: Storage,
    private readonly scheduler: fc.Scheduler,
  ) {}

  files = () => this.watched(this.storage.files());
  contents = (folder?: string) => this.watched(this.storage.contents(folder));
  readBlob = (name: string) => this.watched(this.storage.readBlob(name));
  close = () => this.watched(this.storage.close());

  read(file: string, position: number, length: number): Promise<Uint8Array> {
    return this.request('read', () => this.storage.read(file, position, length));
  }

  commit(writes: readonly StorageWrite[], durability: Durability, need?: WriteNeed): Promise<void> {
    return this.request('commit', () => this.storage.commit(writes, durability, need));
  }

  /**
   * Carries out what waits for the scheduler, until `goal` is settled. Each number says how many tasks begin before the next one waits for all that they have begun: with more than 1, requests are
   * under way in the storage together.
   */
  async reach<Value>(goal: Promise<Value>, together: Iterator<number>): Promise<Value> {
    const waiting = new Set([goal]);
    goal.catch(() => undefined).finally(() => waiting.delete(goal));
    for (;;) {
      await this.settled();
      if (waiting.size === 0) return goal;
      if (this.scheduler.count() === 0) throw new Error('Nothing is under way, and nothing waits for its turn.');
      const most = together.next().value as number;
      for (let begun = 0; begun < most && this.scheduler.count() > 0; begun++) await this.scheduler.waitNext(1);
    }
  }

  /** A task that waits for its turn. */
  turn(label: string): Promise<void> {
    return this.scheduler.schedule(Promise.resolve(), label);
  }

  private async request<Value>(label: string, begin: () => Promise<Value>): Promise<Value> {
    await this.turn(label);
    const outcome = this.watched(begin());
    await outcome.catch(() => undefined);
    await this.turn(`answer to ${label}`);
    return outcome;
  }

  private watched<Value>(request: Promise<Value>): Promise<Value> {
    const settled = request.catch(() => undefined).finally(() => this.underWay.delete(settled));
    this.underWay.add(settled);
    return request;
  }

  /** Resolves when all has happened that happens without a further turn. */
  private async settled(): Promise<void> {
    do {
      await Promise.all(this.underWay);
      await turnOfTheEventLoop();
    } while (this.underWay.size > 0);
  }
}
