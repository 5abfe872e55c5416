/** Every connection may have so many bytes of records in an answer, however many there are. */
const smallestShare = 1024 * 1024;

/** How many bytes of requests all connections of a listener hold together, read and not answered; and of answers as many again. */
export class RequestBudget {
  private held = 0;
  private connections = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly maxBytes: number) {}

  get isSpent(): boolean {
    return this.held >= this.maxBytes;
  }

  /** What one answer may have of the memory for answers, which all connections share alike: who asks for records and takes none of them leaves enough for others. */
  get share(): number {
    return Math.max(smallestShare, Math.floor(this.maxBytes / Math.max(1, this.connections)));
  }

  join(): void {
    this.connections += 1;
  }

  leave(): void {
    this.connections -= 1;
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
