/** How many bytes of requests all connections of a listener hold together, read and not answered. */
export class RequestBudget {
  private held = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly maxBytes: number) {}

  get isSpent(): boolean {
    return this.held >= this.maxBytes;
  }

  take(bytes: number): void {
    this.held += bytes;
  }

  giveBack(bytes: number): void {
    this.held -= bytes;
    if (this.isSpent) return;
    for (const listener of this.waiting) listener();
    this.waiting.clear();
  }

  /** Calls back, once, when there is room again. */
  whenFree(listener: () => void): void {
    this.waiting.add(listener);
  }

  forget(listener: () => void): void {
    this.waiting.delete(listener);
  }
}
