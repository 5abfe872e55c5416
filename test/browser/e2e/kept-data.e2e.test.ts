import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { exported, imported } from '../../engine/archive/archive-bench.js';
import { topicsOf } from '../../engine/archive/log-contents.js';
import { append, logOf, record, writeRichTopics } from '../../engine/archive/rich-topics.js';
import { BrokerBench } from '../../engine/broker/broker-bench.js';
import { openChromium } from '../chromium.js';
import { AppPage, type AppPageOptions } from './app-page.js';

let browser: Browser;
let app: AppPage;

beforeAll(async () => {
  browser = await openChromium();
});

afterEach(async () => {
  await app.close();
});

afterAll(async () => {
  await browser.close();
});

/** Opens the page of the topics; exports are downloads there unless the File System Access API is wanted. */
async function open(options: AppPageOptions & { readonly picks?: boolean } = {}): Promise<void> {
  app = await AppPage.open(browser, options);
  await app.page.addInitScript((picks) => {
    const page = window as { showSaveFilePicker?: unknown };
    if (!picks) delete page.showSaveFilePicker;
    else
      page.showSaveFilePicker = async ({ suggestedName }: { suggestedName: string }) =>
        (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
  }, options.picks === true);
  await app.page.goto(`${inject('appUrl')}#/kept-data`);
  await app.page.reload();
  await app.page.getByText('Nothing is kept yet').waitFor();
}

const patiently = { timeout: 20_000 };
const rows = async (): Promise<string[]> =>
  (await app.page.locator('main > div table').first().locator('tbody tr').allInnerTexts()).map((row) =>
    row.replaceAll(/\s+/g, ' '),
  );
const button = (name: string) => app.page.getByRole('button', { name, exact: true });

async function exportTopics(): Promise<Uint8Array> {
  await expect.poll(() => button('Export to a file').isEnabled(), patiently).toBe(true);
  const [download] = await Promise.all([app.page.waitForEvent('download'), button('Export to a file').click()]);
  await app.page.getByText('written to partita-').waitFor();
  return new Uint8Array(await readFile(await download.path()));
}

async function choose(bytes: Uint8Array, name = 'topics.tar'): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'partita-kept-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, name), bytes);
  await app.page.locator('input[type=file]').setInputFiles(join(folder, name));
}

/** What is in an export, by a broker that imports it. */
async function contentsOf(bytes: Uint8Array) {
  const bench = await BrokerBench.start({ startMs: Date.now() });
  await imported(bench.broker, bytes, {}, 100_000);
  return { topics: await topicsOf(bench), groups: [await bench.committed('invoices'), await bench.committed('audit')] };
}

/** Three partitions and transactions, every codec, headers, a start that was moved; with groups that have read some of it. */
async function richExport(): Promise<Uint8Array> {
  // Not so old that retention would take it.
  const bench = await BrokerBench.start({ startMs: Date.now(), seed: 'source' });
  await writeRichTopics(bench);
  return exported(bench.broker, { topics: ['payments', 'plain'] });
}

/** A topic of so many megabytes. */
async function largeExport(megabytes: number): Promise<Uint8Array> {
  const bench = await BrokerBench.start({ startMs: Date.now() });
  await bench.createTopic('large');
  const records = [record(null, 'x'.repeat(500_000), Date.now())];
  for (let half = 0; half < megabytes * 2; half++) await append(logOf(bench, 'large'), { records });
  return exported(bench.broker);
}

/** Names of all that the database of the page's log holds. */
async function storedNames(): Promise<string[]> {
  return app.page.evaluate(async () => {
    const open = indexedDB.open('partita:learn');
    await new Promise((resolve) => (open.onsuccess = resolve));
    const keys = await Promise.all(
      ['files', 'blobs'].map(
        (store) =>
          new Promise<IDBValidKey[]>((resolve) => {
            const request = open.result.transaction(store).objectStore(store).getAllKeys();
            request.onsuccess = () => resolve(request.result);
          }),
      ),
    );
    open.result.close();
    return keys.flat().map(String);
  });
}

describe('kept data', () => {
  test('export, delete the store, import: records, offsets, timestamps, headers, configs and progress are the same', async () => {
    await open();
    const rich = await richExport();
    await choose(rich);
    await app.page.getByText('With the committed offsets of 2 groups.').waitFor();
    expect(await app.violations()).toEqual([]);
    await button('Import').click();
    await app.page.getByText('2 topics with 29 records imported from topics.tar').waitFor();
    await app.page.getByRole('button', { name: 'Large type' }).click();
    await expect.poll(rows, patiently).toHaveLength(3);
    expect((await rows())[0]).toMatch(/^learner your progress and settings 1 1 /);
    const file = await exportTopics();

    await app.page.goto('about:blank');
    const session = await app.context.newCDPSession(app.page);
    const { origin } = new URL(inject('appUrl'));
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
    await app.page.goto(`${inject('appUrl')}#/kept-data`);
    await app.page.getByText('Nothing is kept yet').waitFor();
    const largeType = app.page.getByRole('button', { name: 'Large type' });
    expect(await largeType.getAttribute('aria-pressed')).toBe('false');
    await choose(file);
    await app.page.getByText('The page goes on from the progress in the file.').waitFor();
    await button('Import').click();
    await app.page.getByText('3 topics with 30 records imported from topics.tar').waitFor();
    await expect.poll(() => largeType.getAttribute('aria-pressed'), patiently).toBe('true');

    const again = await contentsOf(await exportTopics());
    const { topics, groups } = await contentsOf(file);
    expect(Object.keys(topics).sort()).toEqual(['learner', 'payments', 'plain']);
    expect(again).toEqual({ topics, groups });
    const source = await contentsOf(rich);
    expect({ ...topics, learner: undefined }).toEqual({ ...source.topics, learner: undefined });
    expect(groups).toEqual(source.groups);
    expect(app.console).toEqual([]);
    expect(app.strayRequests).toEqual([]);
  });

  test('a damaged file is refused with where and why, and nothing is touched', async () => {
    await open();
    const rich = await richExport();
    await choose(rich);
    await button('Import').click();
    await app.page.getByText('2 topics with 29 records imported').waitFor();
    const before = await contentsOf(await exportTopics());
    const names = await storedNames();
    const damaged = rich.slice();
    damaged[rich.length - 3_000]! ^= 4;
    await choose(damaged);
    expect(await app.page.getByLabel('Name here of the topic plain').inputValue()).toBe('plain-2');
    await button('Import').click();
    const alert = app.page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(
      /topics\.tar was not imported\. Nothing here has changed\.\s+The file is damaged: .* Copy or download it again[^]*p\w+-\d\/[\w.-]+[^]*In detail: /,
    );
    expect(await alert.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await app.violations()).toEqual([]);
    expect(await storedNames()).toEqual(names);
    expect(await contentsOf(await exportTopics())).toEqual(before);
    for (const [bytes, says] of [
      [new TextEncoder().encode('{"kind":"state"}'), 'This is another kind of file.'],
      [rich.slice(0, rich.length / 2), 'The file is damaged'],
    ] as const) {
      await choose(bytes);
      const go = button('Import');
      await app.page.getByText(says).or(go).first().waitFor();
      if (await go.isVisible()) await go.click();
      await app.page.getByText(says).waitFor();
    }
    await app.page.getByRole('button', { name: '中文' }).click();
    await app.page.getByText('没有导入 topics.tar。这里的内容没有改动。').waitFor();
    await app.page.getByText('文件已损坏：有一部分被改动或缺失。请重新复制或下载，或再导出一次。').waitFor();
    expect(await storedNames()).toEqual(await storedNames());
    expect(app.console).toEqual([]);
  });

  test('an import that is cancelled half-way leaves nothing behind, and can be done again; by keys alone', async () => {
    await open();
    const large = await largeExport(48);
    await choose(large, 'large.tar');
    const question = app.page.getByRole('heading', { name: 'Import large.tar?' });
    await question.waitFor();
    expect(await question.evaluate((element) => element === document.activeElement)).toBe(true);
    await button('Import').focus();
    await app.page.keyboard.press('Enter');
    const progress = app.page.getByRole('progressbar');
    await expect
      .poll(() => progress.getAttribute('value').then(Number), { ...patiently, interval: 5 })
      .toBeGreaterThan(0);
    // The way to end it has the focus.
    await app.page.keyboard.press('Enter');
    const outcome = app.page.getByRole('heading', { name: 'The import was cancelled. Nothing of it is left' });
    await outcome.waitFor();
    expect(await outcome.locator('..').evaluate((element) => element === document.activeElement)).toBe(true);
    expect((await storedNames()).filter((name) => /large|^import$/.test(name))).toEqual([]);
    await app.page.getByText('Nothing is kept yet').waitFor();
    await choose(large, 'large.tar');
    await button('Import').click();
    await app.page.getByText('1 topic with 96 records imported from large.tar').waitFor();
    expect(app.console).toEqual([]);
  });

  test('progress in a file takes the place of what is here only after it was asked, and only if it is some', async () => {
    await open();
    await app.page.getByRole('button', { name: 'Large type' }).click();
    await expect.poll(rows, patiently).toHaveLength(1);
    const file = await exportTopics();
    await app.page.getByRole('button', { name: 'Large type' }).click();
    await choose(file);
    await app.page.getByText('Your progress and settings here are replaced by those in the file.').waitFor();
    await button('Cancel').click();
    await app.page.getByText('The import was cancelled.').waitFor();
    const largeType = app.page.getByRole('button', { name: 'Large type' });
    expect(await largeType.getAttribute('aria-pressed')).toBe('false');
    const other = await BrokerBench.start({ startMs: Date.now() });
    await other.createTopic('learner');
    await other.produce('learner', ['{"kind":"state","state":{"settings":{"language":"xx"},"plays":{}}}']);
    await choose(await exported(other.broker), 'other.tar');
    await button('Import').click();
    await app.page.getByText('The topic for progress in this file holds something else.').waitFor();
    expect((await rows())[0]).toMatch(/^learner your progress/);
    await choose(file);
    await button('Import').click();
    await app.page.getByText('The page goes on from the progress that was in it.').waitFor();
    await expect.poll(() => largeType.getAttribute('aria-pressed'), patiently).toBe('true');
    await expect.poll(rows, patiently).toEqual([expect.stringMatching(/^learner-2 /)]);
    // What is changed from now on is kept there.
    await largeType.click();
    await expect.poll(rows, patiently).toMatchObject([expect.stringContaining('1 2 ')]);
    await app.page.reload();
    await expect.poll(rows, patiently).toHaveLength(1);
    expect(await largeType.getAttribute('aria-pressed')).toBe('false');
    expect(app.console).toEqual([]);
  });

  test('where files can be written to, the export is streamed into the one that was chosen', async () => {
    await open({ picks: true });
    const rich = await richExport();
    await choose(rich);
    await app.page.getByLabel('Name here of the topic plain').fill('simple');
    await app.page.getByLabel('Name here of the topic payments').fill('simple');
    await app.page.getByText('Another topic of the file gets this name.').first().waitFor();
    expect(await button('Import').isDisabled()).toBe(true);
    await app.page.getByLabel('Name here of the topic payments').fill('payments');
    await button('Import').click();
    await app.page.getByText('2 topics with 29 records imported').waitFor();
    await button('Export to a file').click();
    await app.page.getByText('2 topics with 29 records written to partita-').waitFor();
    const bytes = await app.page.evaluate(async () => {
      const directory = (await navigator.storage.getDirectory()) as unknown as {
        values(): AsyncIterable<FileSystemFileHandle>;
      };
      for await (const handle of directory.values())
        return [...new Uint8Array(await (await handle.getFile()).arrayBuffer())];
      return [];
    });
    const { topics } = await contentsOf(Uint8Array.from(bytes));
    const source = await contentsOf(rich);
    expect(topics['simple']).toEqual(source.topics['plain']);
    expect(app.console).toEqual([]);
  });
});
