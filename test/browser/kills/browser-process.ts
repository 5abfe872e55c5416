import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext, type CDPSession, type Page } from 'playwright';
import { backendArguments, chromiumArguments, findChromium } from '../../../scripts/find-chromium.mjs';

/** What Chromium keeps IndexedDB in. */
export type Backend = 'leveldb' | 'sqlite';

/** Looked for once: asking a browser for its version takes as long as starting it. */
let executablePath: Promise<string> | undefined;

/** A Chromium with all its processes, on a profile that outlives it. */
export class BrowserProcess {
  private constructor(
    readonly context: BrowserContext,
    private readonly id: number,
  ) {}

  static async start(profile: string, backend: Backend): Promise<BrowserProcess> {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: await (executablePath ??= findChromium({ install: false })),
      args: [...chromiumArguments, ...backendArguments[backend]],
    });
    const session = await context.browser()?.newBrowserCDPSession();
    const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] };
    const id = processInfo.find(({ type }) => type === 'browser')?.id;
    if (id === undefined) throw new Error('Chromium does not tell the number of its process.');
    return new BrowserProcess(context, id);
  }

  /** The page at `url`, loaded; `told` gets what it tells. */
  async open(url: string, told: (json: string) => void): Promise<Page> {
    const page = this.context.pages()[0] ?? (await this.context.newPage());
    await listen(page, told);
    await page.goto(url);
    return page;
  }

  /** Kills all its processes at once, as a power switch would, but that the operating system lives. */
  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.context.once('close', resolve));
    // Playwright starts it in a process group of its own.
    process.kill(-this.id, 'SIGKILL');
    await gone;
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

/** Has `told` get what a page tells, now and after it is loaded again. Nobody waits for an answer: what is told shortly before an end is heard. */
export async function listen(page: Page, told: (json: string) => void): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  session.on('Runtime.bindingCalled', ({ payload }) => told(payload));
  await session.send('Runtime.enable');
  await session.send('Runtime.addBinding', { name: 'tell' });
  return session;
}

/** What the databases of a profile are kept in, by the files that are there. */
export function backendOf(profile: string): Backend | undefined {
  const folder = join(profile, 'Default', 'IndexedDB');
  if (!existsSync(folder)) return undefined;
  const origins = readdirSync(folder).filter((name) => name.startsWith('http'));
  if (origins.length === 0) return undefined;
  // LevelDB has a folder beside it for large values.
  return origins.every((name) => /\.indexeddb\.(leveldb|blob)$/.test(name)) ? 'leveldb' : 'sqlite';
}
