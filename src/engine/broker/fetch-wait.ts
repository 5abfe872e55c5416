import type { Millis, TimerHandle } from '../environment/environment.js';
import type { BrokerServices } from './handler.js';
import type { Advance, Replica } from './replica-manager.js';

/** The wait of one Fetch for more records: ends with its time and with its connection (Kafka's `DelayedFetch`). */
export class FetchWait {
  private isOver = false;
  private advance: Advance | undefined;
  private readonly timer: TimerHandle | undefined;
  private readonly stopListening: () => void;
  private endWait: () => void = () => undefined;
  private readonly over = new Promise<void>((resolve) => (this.endWait = resolve));

  constructor(
    private readonly services: Pick<BrokerServices, 'environment' | 'replicas' | 'onDisconnect'>,
    connectionId: string,
    maxWaitMs: Millis,
  ) {
    if (maxWaitMs > 0) this.timer = services.environment.timers.set(maxWaitMs, () => this.end());
    else this.end();
    this.stopListening = services.onDisconnect(connectionId, () => this.end());
  }

  /** Takes note of every advance from here on: begin before reading, so that none is missed. */
  begin(replicas: readonly Replica[]): void {
    this.advance?.stop();
    this.advance = this.services.replicas.nextAdvance(replicas);
  }

  /** Resolves to true when something has advanced since `begin`, to false when the wait is over. */
  async forAdvance(): Promise<boolean> {
    if (this.isOver) return false;
    await Promise.race([this.advance?.promise, this.over]);
    return !this.isOver;
  }

  /** Ends the wait and leaves nothing behind. */
  stop(): void {
    this.end();
    this.timer?.cancel();
    this.advance?.stop();
    this.stopListening();
  }

  private end(): void {
    this.isOver = true;
    this.endWait();
  }
}
