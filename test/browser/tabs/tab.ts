import type { BrowserContext, CDPSession, Page } from 'playwright';
import { listen } from '../kills/browser-process.js';
import type { Witness } from '../kills/witness.js';
import type { Told } from '../log-page/workload.js';

/** One tab in which the log is open, and what it has told. */
export class Tab {
  role: 'broker' | 'client' | undefined;
  private acknowledgements = 0;
  private readonly waiting = new Set<() => void>();

  private constructor(
    readonly page: Page,
    readonly session: CDPSession,
  ) {}

  static async open(context: BrowserContext, url: string, log: string, witness: Witness): Promise<Tab> {
    const page = await context.newPage();
    let hear = (_: Told): void => undefined;
    const session = await listen(page, (json) => {
      const told = JSON.parse(json) as Told;
      witness.hear(told);
      hear(told);
    });
    const tab = new Tab(page, session);
    // The page is not loaded yet: nothing was told.
    hear = (told) => tab.hear(told);
    await page.goto(url);
    await page.evaluate((name) => logPage.open(name), log);
    return tab;
  }

  /** Lets the tab append to a partition of its own, until it is closed. */
  work(run: number): void {
    const plan = { run, seed: run, durability: 'strict', only: { topic: 'plain', partition: run % 2 } } as const;
    void this.page.evaluate((work) => logPage.work(work), plan).catch(() => undefined);
  }

  /** Resolves when the broker runs here. */
  async leads(): Promise<void> {
    while (this.role !== 'broker') await this.news();
  }

  /** Resolves when `count` more appends have been acknowledged. */
  async appends(count: number): Promise<void> {
    const wanted = this.acknowledgements + count;
    while (this.acknowledgements < wanted) await this.news();
  }

  private hear(told: Told): void {
    if (told.kind === 'role') this.role = told.role;
    if (told.kind === 'records') this.acknowledgements++;
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }

  private news(): Promise<void> {
    return new Promise((resolve) => this.waiting.add(resolve));
  }
}
