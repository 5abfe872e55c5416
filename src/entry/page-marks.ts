/** Which store a log has, as the page remembers it: in `localStorage`, which stays when the browser loses or evicts its databases. Where a page has none, nothing is remembered. */
export class PageMarks {
  private readonly key: string;

  constructor(log: string) {
    this.key = `partita-store:${log}`;
  }

  /** The incarnation of the store. */
  read(): string | undefined {
    try {
      return localStorage.getItem(this.key) ?? undefined;
    } catch {
      return undefined;
    }
  }

  write(incarnation: string): void {
    try {
      localStorage.setItem(this.key, incarnation);
    } catch {
      // The worker remembers it too.
    }
  }
}
