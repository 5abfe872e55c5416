/** Where those who set out together wait until the last of them is there. */
export class Meeting {
  private missing = 0;
  private settle: () => void = () => {};
  private readonly everybody = new Promise<void>((resolve) => (this.settle = resolve));

  /** Another one is to come. What this returns is called when it arrives, by whoever gives up too. */
  expect(): () => Promise<void> {
    this.missing += 1;
    return () => {
      this.missing -= 1;
      if (this.missing === 0) this.settle();
      return this.everybody;
    };
  }
}
