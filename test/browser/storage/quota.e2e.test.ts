import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Partita } from '../../../src/entry/browser.js';
import { backendOf, BrowserProcess } from '../kills/browser-process.js';
import { serveLogPage, type ServedLogPage } from '../log-page/served-log-page.js';

const quotaBytes = 16e6;
const recordBytes = 500_000;

declare global {
  var log: Partita;
}

let served: ServedLogPage;

beforeAll(async () => {
  served = await serveLogPage();
});

afterAll(async () => {
  await served.close();
});

/** Opens the log, whose broker looks for what has expired only after half a minute by itself. */
async function open(page: Page): Promise<void> {
  await page.evaluate(async () => {
    globalThis.log = await openLog({ name: 'quota' });
  });
}

async function createTopics(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const admin = log.admin();
    await admin.connect();
    const configEntries = [{ name: 'retention.ms', value: '-1' }];
    await admin.createTopics({
      topics: [
        { topic: 'kept', numPartitions: 1, configEntries },
        { topic: 'expiring', numPartitions: 1, configEntries: [{ name: 'retention.ms', value: '86400000' }] },
      ],
    });
    await admin.disconnect();
  });
}

interface Sent {
  readonly acknowledged: number;
  readonly refused?: { readonly code: string; readonly retriable: boolean; readonly message: string };
}

/** Sends records of an hour ago, one after the other, until `count` are acknowledged or one is refused. */
async function send(page: Page, topic: string, count: number, tries: 'once' | 'again' = 'again'): Promise<Sent> {
  return page.evaluate(
    async ([to, most, triesOnce, bytes]): Promise<Sent> => {
      const producer = log.producer({ lingerMs: 0, ...(triesOnce && { retry: { retries: 0 } }) });
      await producer.connect();
      const timestamp = String(Date.now() - 3_600_000);
      try {
        for (let sent = 0; sent < most; sent++) {
          // What can't be compressed: the browser would.
          const value = new Uint8Array(bytes);
          for (let at = 0; at < bytes; at += 50_000) crypto.getRandomValues(value.subarray(at, at + 50_000));
          value[0] = to.length;
          try {
            await producer.send({ topic: to, messages: [{ value, timestamp, partition: 0 }] });
          } catch (error) {
            const { code, retriable, message } = error as Error & { code: string; retriable: boolean };
            return { acknowledged: sent, refused: { code, retriable, message } };
          }
        }
        return { acknowledged: most };
      } finally {
        await producer.disconnect();
      }
    },
    [topic, count, tries === 'once', recordBytes] as const,
  );
}

async function offsets(page: Page, topic: string): Promise<{ readonly low: number; readonly high: number }> {
  return page.evaluate(async (of) => {
    const admin = log.admin();
    await admin.connect();
    const [partition] = await admin.fetchTopicOffsets(of);
    await admin.disconnect();
    return { low: Number(partition?.low), high: Number(partition?.high) };
  }, topic);
}

/** Reads the topic from its beginning; how many records there are, if all are what was sent there. */
async function readAll(page: Page, topic: string): Promise<number> {
  const { low, high } = await offsets(page, topic);
  return page.evaluate(
    async ([from, count, bytes]) => {
      const consumer = log.consumer({ groupId: crypto.randomUUID(), autoOffsetReset: 'earliest', autoCommit: false });
      await consumer.connect();
      await consumer.subscribe({ topics: [from] });
      let read = 0;
      for await (const { value } of consumer.records()) {
        if (value?.length !== bytes || value[0] !== from.length)
          throw new Error(`Record ${read} is not what was sent.`);
        if (++read === count) break;
      }
      await consumer.disconnect();
      return read;
    },
    [topic, high - low, recordBytes] as const,
  );
}

/** Commits an offset; that must find room where records find none. */
async function commitOffset(page: Page): Promise<string | undefined> {
  return page.evaluate(async () => {
    const admin = log.admin();
    await admin.connect();
    await admin.setOffsets({ groupId: 'g', topic: 'kept', partitions: [{ partition: 0, offset: '1' }] });
    const [found] = await admin.fetchOffsets({ groupId: 'g', topics: ['kept'] });
    await admin.disconnect();
    return found?.partitions[0]?.offset;
  });
}

async function expireAtOnce(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const admin = log.admin();
    await admin.connect();
    await admin.incrementalAlterConfigs({
      resources: [{ type: 2, name: 'expiring', configs: [{ name: 'retention.ms', operation: 'set', value: '60000' }] }],
    });
    await admin.disconnect();
  });
}

describe.each(['leveldb', 'sqlite'] as const)("at the browser's quota (%s)", (backend) => {
  test('records are refused, nothing that has not expired goes, and what has makes room', async () => {
    const profile = mkdtempSync(join(tmpdir(), 'partita-quota-'));
    const browser = await BrowserProcess.start(profile, backend);
    onTestFinished(async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    });
    const page = await browser.open(served.url, () => {});
    const session = await browser.context.newCDPSession(page);
    const { origin } = new URL(served.url);
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: quotaBytes });
    await open(page);
    await createTopics(page);
    expect(await send(page, 'expiring', 8)).toEqual({ acknowledged: 8 });
    const filled = await send(page, 'kept', 100, 'once');
    expect(filled.refused).toMatchObject({ code: 'KAFKA_STORAGE_ERROR', retriable: true });
    expect(filled.refused?.message).toContain('STORAGE_FULL');
    expect(filled.acknowledged).toBeGreaterThan(0);

    // All that was acknowledged is there, and what little must be written finds room.
    expect(await offsets(page, 'expiring')).toEqual({ low: 0, high: 8 });
    expect(await offsets(page, 'kept')).toEqual({ low: 0, high: filled.acknowledged });
    expect(await commitOffset(page)).toBe('1');
    expect((await send(page, 'kept', 1, 'once')).acknowledged).toBe(0);

    await expireAtOnce(page);
    // Less than has gone: what is kept back for what must be written is put aside again.
    expect(await send(page, 'kept', 2)).toEqual({ acknowledged: 2 });
    expect(await offsets(page, 'expiring')).toEqual({ low: 8, high: 8 });

    await page.evaluate(() => log.close());
    expect(await page.evaluate(() => logPage.check('quota'))).toEqual({ verdict: 'clean', findings: [] });
    await page.reload();
    await open(page);
    expect(await readAll(page, 'kept')).toBe(filled.acknowledged + 2);
    expect(await send(page, 'kept', 1)).toEqual({ acknowledged: 1 });
    await page.evaluate(() => log.close());
    expect(backendOf(profile)).toBe(backend);
  });
});
