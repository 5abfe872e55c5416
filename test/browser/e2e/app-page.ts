import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright';
import { inject } from 'vitest';

export interface AppPageOptions {
  readonly language?: 'en' | 'zh-Hans';
  readonly dark?: boolean;
  readonly width?: number;
  readonly height?: number;
  /** The place in the app, such as `#/three-ways`. */
  readonly hash?: string;
  /** The page's frames tell it that more time has gone by than has: runs are over sooner. */
  readonly hurries?: boolean;
}

/** A frame of 16 ms becomes one of 100, the longest that the page lets count. */
const hurry = (): void => {
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (frame) => request((now) => frame(now * 6));
};

/** The built app in a tab, with everything that it said on the console and every address that it asked for. */
export class AppPage {
  readonly console: string[] = [];
  readonly requests: string[] = [];

  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
  ) {
    page.on('console', (message) => this.console.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => this.console.push(`uncaught: ${error.message}`));
    page.on('request', (request) => this.requests.push(request.url()));
  }

  /** Opens the app in a browser profile of its own, or as one more tab of `context`. */
  static async open(browser: Browser, options: AppPageOptions = {}, context?: BrowserContext): Promise<AppPage> {
    const used =
      context ??
      (await browser.newContext({
        viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
        locale: options.language === 'zh-Hans' ? 'zh-CN' : 'en-US',
        colorScheme: options.dark === true ? 'dark' : 'light',
      }));
    used.setDefaultTimeout(20_000);
    const page = await used.newPage();
    await page.addInitScript({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
    if (options.hurries === true) await page.addInitScript(hurry);
    const app = new AppPage(page, used);
    await page.goto(inject('appUrl') + (options.hash ?? ''));
    return app;
  }

  /** The station of the scenario that is shown as the present one. */
  get station() {
    return this.page.locator('[aria-current=step]');
  }

  get heading() {
    return this.page.locator('main h1');
  }

  /** The button that goes on from a step. */
  get goOn() {
    return this.page.locator('nav.ways button').first();
  }

  /** Chooses the options at these places and confirms. */
  async answer(...places: readonly number[]): Promise<void> {
    for (const place of places) await this.page.locator('form fieldset input').nth(place).check();
    await this.page.locator('form .choices button').first().click();
  }

  /** Runs the step's run and waits for the question after it. */
  async run(): Promise<void> {
    await this.page.locator('.told > p > button').click();
    await this.page.locator('form label').first().waitFor({ timeout: 30_000 });
  }

  /** Everything that can be read or is read out: texts, names and descriptions, hidden or not. */
  async everythingSaid(): Promise<string> {
    return this.page.evaluate(() => {
      const attributes = ['aria-label', 'aria-description', 'aria-valuetext', 'title', 'alt', 'value'];
      const named = [...document.querySelectorAll('*')].flatMap((element) => [
        ...attributes.flatMap((name) => element.getAttribute(name) ?? []),
        ...(element instanceof HTMLElement ? Object.values(element.dataset) : []),
      ]);
      return [document.body.textContent, document.title, ...named].join('\n');
    });
  }

  /** What axe finds wrong on the page as it is. */
  async violations(): Promise<readonly string[]> {
    return this.page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run: (options: object) => Promise<AxeResults> } };
      const { violations } = await axe.run({ resultTypes: ['violations'] });
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
    });
  }

  /** Addresses that were asked for outside the app's own origin. */
  get strayRequests(): readonly string[] {
    const { origin } = new URL(inject('appUrl'));
    return this.requests.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith(`blob:${origin}/`));
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
