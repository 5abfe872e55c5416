import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { randomInteger, type Random } from '../../../src/engine/environment/environment.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import type { Durability, Told, WorkPlan } from '../log-page/workload.js';
import { backendOf, BrowserProcess, type Backend } from './browser-process.js';
import { Witness } from './witness.js';

const logName = 'kills';

/** What is killed: a browser that has just begun to work (its topics may not be there yet), that works, or that opens the log again after an earlier kill. */
type Moment = 'start' | 'work' | 'recovery';

/** How long after the beginning of its moment a browser is killed at the latest, in milliseconds. */
const latestMs: Readonly<Record<Moment, number>> = { start: 400, work: 1_800, recovery: 300 };

export interface KillsOptions {
  readonly url: string;
  readonly backend: Backend;
  readonly kills: number;
  /** With which of the turns to begin. */
  readonly firstTurn: number;
  readonly seed: string;
}

export interface KillsReport {
  readonly kills: Record<Durability, number>;
  killsInRecovery: number;
  readonly acknowledged: Record<Durability, number>;
  readonly lost: Record<Durability, number>;
  /** Stores that the browser threw away when it was started after kills: what it says of why, and how many acknowledged records went with them. The log must have said so. */
  readonly thrownAway: { readonly why: string; readonly records: number }[];
  /** From when the log is opened until it has told how far its topics go, each after a kill, in milliseconds. */
  readonly recoveryMs: number[];
  readonly wrong: string[];
}

/** What is done in turn, each time in a browser that is killed then. After that a new profile is begun. */
const turns: readonly { readonly moment: Moment; readonly durability: Durability }[] = [
  { moment: 'start', durability: 'relaxed' },
  { moment: 'work', durability: 'strict' },
  { moment: 'recovery', durability: 'strict' },
  { moment: 'recovery', durability: 'strict' },
  { moment: 'recovery', durability: 'strict' },
  { moment: 'work', durability: 'strict' },
  { moment: 'start', durability: 'strict' },
  { moment: 'work', durability: 'relaxed' },
  { moment: 'recovery', durability: 'relaxed' },
  { moment: 'work', durability: 'strict' },
];

/** Kills browsers at moments that the seed gives, opens their log again each time, and judges it. */
export async function killBrowsers({ url, backend, kills, firstTurn, seed }: KillsOptions): Promise<KillsReport> {
  const report: KillsReport = {
    kills: { strict: 0, relaxed: 0 },
    killsInRecovery: 0,
    acknowledged: { strict: 0, relaxed: 0 },
    lost: { strict: 0, relaxed: 0 },
    thrownAway: [],
    recoveryMs: [],
    wrong: [],
  };
  for (let done = 0; done < kills;) {
    const count = Math.min(turns.length - ((firstTurn + done) % turns.length), kills - done);
    await new KilledProfile(url, backend, `${seed}:${backend}:${done}`, report).run(
      (firstTurn + done) % turns.length,
      count,
    );
    done += count;
  }
  return report;
}

/** One profile, from its first browser on. */
class KilledProfile {
  private readonly profile = mkdtempSync(join(tmpdir(), 'partita-kills-'));
  private readonly witness = new Witness();
  private readonly random: Random;
  private running: BrowserProcess | undefined;
  private runs = 0;
  private isKilled = false;
  private whyGone: string | undefined;

  constructor(
    private readonly url: string,
    private readonly backend: Backend,
    private readonly seed: string,
    private readonly report: KillsReport,
  ) {
    this.random = new SeededRandom(seed);
  }

  async run(firstTurn: number, kills: number): Promise<void> {
    try {
      let isThere = true;
      for (const turn of turns.slice(firstTurn, firstTurn + kills)) isThere &&= await this.killOne(turn);
      if (isThere) {
        const { page } = await this.start();
        isThere = await this.reopen(page);
        if (isThere) await page.evaluate(() => logPage.close());
        if (isThere) await this.check(page, ['clean']);
      }
    } finally {
      await this.running?.close();
    }
    const { acknowledged } = this.witness;
    for (const durability of ['strict', 'relaxed'] as const)
      this.report.acknowledged[durability] += acknowledged[durability];
    const found = backendOf(this.profile);
    if (found !== this.backend) this.wrong(`the browser keeps its databases in ${found}, not ${this.backend}`);
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  /** False if the browser has thrown the store away: then there is nothing more to be killed. */
  private async killOne({ moment, durability }: (typeof turns)[number]): Promise<boolean> {
    const delayMs = randomInteger(this.random, latestMs[moment]);
    const seed = randomInteger(this.random, 2 ** 31);
    const { page, firstAcknowledged } = await this.start();
    await this.check(page, ['clean', 'repairable']);
    if (moment === 'recovery') {
      void page.evaluate((name) => logPage.open(name), logName).catch(() => undefined);
      this.report.killsInRecovery++;
    } else {
      if (!(await this.reopen(page))) return false;
      const plan: WorkPlan = { run: this.runs++, seed, durability };
      const working = page.evaluate((work) => logPage.work(work), plan);
      let isOver = false;
      const broken = working.catch((error: unknown) => {
        if (!isOver) this.wrong(`the work broke off: ${String(error)}`);
      });
      if (moment === 'work') await Promise.race([firstAcknowledged, broken]);
      this.report.kills[durability]++;
      await after(delayMs);
      isOver = true;
    }
    if (moment === 'recovery') await after(delayMs);
    await this.running?.kill();
    this.isKilled = true;
    return true;
  }

  private async start(): Promise<{ page: Page; firstAcknowledged: Promise<void> }> {
    this.running = await BrowserProcess.start(this.profile, this.backend);
    let acknowledged = (): void => undefined;
    const firstAcknowledged = new Promise<void>((resolve) => (acknowledged = resolve));
    const page = await this.running.open(this.url, (json) => {
      const told = JSON.parse(json) as Told;
      this.witness.hear(told);
      if (told.kind === 'records') acknowledged();
    });
    return { page, firstAcknowledged };
  }

  private async check(page: Page, expected: readonly string[]): Promise<void> {
    // It says so once.
    this.whyGone ??= this.isKilled ? await page.evaluate((name) => logPage.whyGone(name), logName) : undefined;
    const report = await page.evaluate((name) => logPage.check(name), logName);
    if (report === undefined || expected.includes(report.verdict)) return;
    this.wrong(`fsck says ${report.verdict}: ${report.findings.map(({ message }) => message).join('; ')}`);
  }

  /** Opens the log and judges it. False if it says that the browser has lost its store. */
  private async reopen(page: Page): Promise<boolean> {
    const recoveryMs = await page.evaluate((name) => logPage.open(name), logName);
    if (recoveryMs === undefined) {
      const { strict, relaxed } = this.witness.acknowledged;
      const why = this.whyGone ?? '';
      if (why === '') this.wrong('the log says that its store is lost, but it is there');
      else this.report.thrownAway.push({ why, records: strict + relaxed });
      return false;
    }
    if (this.isKilled) this.report.recoveryMs.push(recoveryMs);
    const { lost, wrong } = this.witness.judge(await page.evaluate(() => logPage.read()));
    this.report.lost.strict += lost.strict;
    this.report.lost.relaxed += lost.relaxed;
    wrong.forEach((what) => this.wrong(what));
    if (lost.strict > 0) this.wrong(`${lost.strict} acknowledged records are lost`);
    return true;
  }

  private wrong(what: string): void {
    this.report.wrong.push(`seed ${this.seed}, run ${this.runs - 1}: ${what}`);
  }
}

/** A kill comes at a moment of real time. */
function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
