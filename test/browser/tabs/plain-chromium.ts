import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type CDPSession, type Page } from 'playwright';
import { chromiumArguments, findChromium } from '../../../scripts/find-chromium.mjs';

/** A Chromium whose pages are as visible, and as frozen, as it makes them: Playwright would keep every page focused, and such a page does not freeze. */
export interface PlainChromium {
  readonly context: BrowserContext;
  /** The number of the process that this page runs in. All others must be at rest. */
  processOf(page: Page): Promise<number>;
  close(): Promise<void>;
}

export async function openPlainChromium(): Promise<PlainChromium> {
  const profile = mkdtempSync(join(tmpdir(), 'partita-tabs-'));
  const options = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  const process = spawn(await findChromium({ install: false }), [...chromiumArguments, ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => process.once('exit', resolve));
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    process.stderr.on('data', (part: Buffer) => {
      said += part.toString();
      const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    process.once('exit', () => reject(new Error(`Chromium ended before it could be driven. It said: ${said}`)));
  });
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  const [context] = browser.contexts();
  if (context === undefined) throw new Error('Chromium has no context to open pages in.');
  const session = await browser.newBrowserCDPSession();
  return {
    context,
    async processOf(page) {
      const before = await cpuTimes(session);
      await page.evaluate(() => {
        const end = performance.now() + 300;
        while (performance.now() < end);
      });
      const used = [...(await cpuTimes(session))].map(([id, time]) => ({ id, time: time - (before.get(id) ?? 0) }));
      return used.reduce((most, each) => (each.time > most.time ? each : most)).id;
    },
    async close() {
      await session.send('Browser.close').catch(() => undefined);
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What each renderer has used of the processor so far. */
async function cpuTimes(session: CDPSession): Promise<Map<number, number>> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return new Map(processInfo.flatMap(({ type, id, cpuTime }) => (type === 'renderer' ? [[id, cpuTime]] : [])));
}
