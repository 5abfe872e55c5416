import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, test } from 'vitest';
import { serveLogPage, type ServedLogPage } from '../log-page/served-log-page.js';
import { openPlainChromium, type PlainChromium } from './plain-chromium.js';

let served: ServedLogPage;
let chromium: PlainChromium;

beforeAll(async () => {
  served = await serveLogPage();
  chromium = await openPlainChromium();
});

afterEach(async () => {
  for (const page of chromium.context.pages()) await page.close();
});

afterAll(async () => {
  await chromium.close();
  await served.close();
});

async function openPage(): Promise<Page> {
  const page = await chromium.context.newPage();
  await page.goto(served.url);
  return page;
}

/** Reads as a member of the group until the first record has come. */
async function readOne(page: Page, name: string, groupProtocol: 'classic' | 'consumer' = 'classic'): Promise<void> {
  const reading = page.evaluate(
    async ([log, protocol]) => {
      const { producer, consumer } = await openLog({ name: log, profile: 'test' }).then((opened) => ({
        producer: opened.producer(),
        consumer: opened.consumer({ groupId: 'readers', groupProtocol: protocol }),
      }));
      await producer.connect();
      await producer.send({ topic: 'orders', messages: [{ value: 'placed' }] });
      await consumer.connect();
      await consumer.subscribe({ topic: 'orders', fromBeginning: true });
      await new Promise<void>((resolve) => void consumer.run({ eachMessage: async () => resolve() }));
    },
    [name, groupProtocol] as const,
  );
  const isLate = new Promise((_, reject) => setTimeout(() => reject(new Error('Nothing came within 20 s.')), 20_000));
  await Promise.race([reading, isLate]);
}

// Sessions last 45 s: longer than a page may take here.
test.each(['classic', 'consumer'] as const)(
  'a page that is loaded again has its partitions at once (%s)',
  async (protocol) => {
    const page = await openPage();
    await readOne(page, protocol, protocol);
    await page.reload();
    await readOne(page, protocol, protocol);
  },
);

test('a page that is closed leaves its groups', async () => {
  const staying = await openPage();
  await staying.evaluate(async () => {
    await openLog({ name: 'shared', profile: 'test' });
  });
  const going = await openPage();
  await readOne(going, 'shared');
  await going.close();
  await readOne(staying, 'shared');
});
