/** Who reads files that would go otherwise: nothing is deleted or replaced while somebody does. */
export class FileHolds {
  private holders = 0;
  private waiting: (() => void)[] = [];

  get isHeld(): boolean {
    return this.holders > 0;
  }

  /** One more reader; the function that this returns, called once or more, ends that. */
  take(): () => void {
    this.holders += 1;
    let isHolding = true;
    return () => {
      if (!isHolding) return;
      isHolding = false;
      this.holders -= 1;
      if (this.holders === 0) for (const callback of this.waiting.splice(0)) callback();
    };
  }

  /** Calls back once nobody reads: at once if nobody does. */
  whenFree(callback: () => void): void {
    if (this.isHeld) this.waiting.push(callback);
    else callback();
  }
}
