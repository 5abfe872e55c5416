import { LoggedStore } from './logged-store.js';

/** So many changes are kept for the changelog at most, until a commit is asked for. */
const mostUntold = 10_000;

/**
 * What records wait in that go out once and for all. The changelog hears with a flush that they are gone, in the order of all that has changed since: a commit lets
 * the results arrive before. If the changelog came first and then broker and instance crashed, nothing would bring the results again.
 */
export abstract class WaitingStore<K, V> extends LoggedStore<K, V> {
  readonly holdsBack = true;
  private readonly untold: {
    readonly key: Uint8Array;
    readonly value: Uint8Array | null;
    readonly timestamp: number | null;
  }[] = [];

  flush(): void {
    for (const { key, value, timestamp } of this.untold) this.log(key, value, timestamp);
    this.untold.length = 0;
  }

  override close(): void {
    super.close();
    this.untold.length = 0;
  }

  /** Tells the changelog what has come to wait, in turn. */
  protected logArrival(key: Uint8Array, value: Uint8Array, timestamp: number | null): void {
    if (this.untold.length === 0) this.log(key, value, timestamp);
    else this.logLater(key, value, timestamp);
  }

  protected logDeparture(key: Uint8Array, timestamp: number | null): void {
    this.logLater(key, null, timestamp);
  }

  private logLater(key: Uint8Array, value: Uint8Array | null, timestamp: number | null): void {
    this.untold.push({ key, value, timestamp });
    if (this.untold.length === mostUntold) this.context.commit();
  }
}
