/** Wakes those who wait. What is raised while nobody waits is kept for the next who does. */
export class Signal {
  #isRaised = false;
  #wake: (() => void) | undefined;
  #next: Promise<void> | undefined;

  raise(): void {
    this.#isRaised = true;
    const wake = this.#wake;
    this.#wake = undefined;
    this.#next = undefined;
    wake?.();
  }

  /** Resolves when it is raised, or at once if it was raised since the last wait. */
  wait(): Promise<void> {
    if (this.#isRaised) {
      this.#isRaised = false;
      return Promise.resolve();
    }
    this.#next ??= new Promise((resolve) => {
      this.#wake = () => {
        this.#isRaised = false;
        resolve();
      };
    });
    return this.#next;
  }
}
