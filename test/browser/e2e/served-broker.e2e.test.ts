import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright';
import { Kafka } from '../../../src/entry/node.js';
import { BuiltCli, type RunningCli } from '../../cli/built-cli.js';
import { kcat, whyNoKcat } from '../../interop/kcat.js';
import { openChromium } from '../chromium.js';

let cli: BuiltCli;
let serving: RunningCli;
let browser: Browser;
let page: Page;
let url: string;
const said: string[] = [];

beforeAll(async () => {
  [cli, browser] = await Promise.all([BuiltCli.build(), openChromium()]);
  cli.addApp();
  serving = await cli.run(['serve', '--port', '0', '--ui', '0', '--profile', 'test'], { lines: 2 });
  url = /Watch it at (\S+)/.exec(serving.out)?.[1] ?? '';
  page = await browser.newPage({ locale: 'en-US' });
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  await page.goto(url);
});
afterAll(async () => {
  await Promise.all([browser.close(), cli.remove()]);
});

describe('a broker that is served with its page', () => {
  test('what another program produces and commits is seen on the stage', async () => {
    await page.getByText('It has no topics yet.').waitFor();
    const kafka = new Kafka({ brokers: [`127.0.0.1:${serving.port}`] });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'orders', numPartitions: 2 }] });
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({
      topic: 'orders',
      messages: [
        { partition: 1, key: 'order-7', value: 'placed', headers: { source: 'kcat' } },
        { partition: 1, key: 'order-7', value: null },
      ],
    });
    const topic = page.getByRole('group', { name: 'Partitions of orders' });
    const records = topic.getByRole('button');
    await expect.poll(() => records.count(), { timeout: 15_000 }).toBe(2);
    await admin.setOffsets({ groupId: 'invoices', topic: 'orders', partitions: [{ partition: 1, offset: '1' }] });
    await topic.getByRole('img', { name: /invoices/ }).waitFor();
    await records.first().click();
    const details = page.getByRole('region', { name: 'orders, partition 1, offset 0' });
    expect(await details.innerText()).toMatch(/order-7[\s\S]*placed[\s\S]*Header source[\s\S]*kcat/);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByText('(no value: a tombstone)').waitFor();
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    expect(said).toEqual([]);
  });

  test.skipIf(whyNoKcat !== undefined)(
    `a kcat in a terminal is seen moving on the stage (${whyNoKcat ?? 'kcat is here'})`,
    async () => {
      const at = ['-b', `127.0.0.1:${serving.port}`];
      const send = (count: number) =>
        kcat([...at, '-P', '-t', 'shipments', '-K', ':', '-z', 'gzip'], {
          input: 'parcel-3:on its way\n'.repeat(count),
        });
      expect(await send(3)).toMatchObject({ code: 0 });
      const topic = page.getByRole('group', { name: 'Partitions of shipments' });
      const records = topic.getByRole('button', { name: /parcel-3/ });
      await expect.poll(() => records.count(), { timeout: 15_000 }).toBe(3);
      const options = ['-X', 'auto.offset.reset=earliest', '-X', 'auto.commit.interval.ms=200'];
      const reading = kcat([...at, '-G', 'tracking', ...options, '-c', '5', 'shipments'], { limitMs: 60_000 });
      const flag = (offset: number) => topic.getByRole('img', { name: new RegExp(`tracking.*\\b${offset}\\b`) });
      await flag(3).waitFor({ timeout: 30_000 });
      const before = await flag(3).boundingBox();
      await page.getByText('Group tracking: Stable').waitFor();
      expect(await send(2)).toMatchObject({ code: 0 });
      await expect.poll(() => records.count(), { timeout: 15_000 }).toBe(5);
      await flag(5).waitFor({ timeout: 30_000 });
      expect((await flag(5).boundingBox())?.x).toBeGreaterThan(before?.x ?? Infinity);
      expect(await reading).toMatchObject({ code: 0 });
      await page.getByText('Group tracking: Empty').waitFor({ timeout: 15_000 });
      expect(said).toEqual([]);
    },
  );

  test('a record is shown right below its topic, and long offsets have room', async () => {
    const kafka = new Kafka({ brokers: [`127.0.0.1:${serving.port}`] });
    const producer = kafka.producer();
    await producer.connect();
    const messages = Array.from({ length: 12_345 }, () => ({ value: 'x' }));
    await producer.send({ topic: 'a-long-one', messages });
    await producer.disconnect();
    const topic = page.getByRole('group', { name: 'Partitions of a-long-one' });
    const last = topic.getByRole('button', { name: /12344/ });
    await last.waitFor({ timeout: 15_000 });
    const boxes = await topic.locator('text.offset').evaluateAll((all) =>
      all
        .map((each) => each.getBoundingClientRect())
        .map(({ left, right }) => ({ left, right }))
        .sort((a, b) => a.left - b.left),
    );
    expect(boxes.length).toBeGreaterThan(5);
    for (const [at, { left }] of boxes.entries()) if (at > 0) expect(left).toBeGreaterThan(boxes[at - 1]?.right ?? 0);
    await last.click();
    const details = page.getByRole('region', { name: 'a-long-one, partition 0, offset 12344' });
    const [below, next] = [
      await details.boundingBox(),
      await page.getByRole('heading', { name: 'orders' }).boundingBox(),
    ];
    expect(below?.y).toBeLessThan(next?.y ?? 0);
    expect(said).toEqual([]);
  });

  test('another page is not let in, and the page is not served by another name', async () => {
    const { port } = new URL(url);
    const statusFor = (host: string) =>
      new Promise((resolve, reject) => {
        const asked = get({ host: '127.0.0.1', port, path: '/', headers: { Host: host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asked.on('error', reject);
      });
    expect(await statusFor(`localhost:${port}`)).toBe(200);
    expect(await statusFor(`evil.example:${port}`)).toBe(421);
    const foreign = await browser.newPage();
    await foreign.goto('about:blank');
    const outcome = await foreign.evaluate(
      (address) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(address, ['kafka.partita']);
          socket.onopen = () => resolve('open');
          socket.onclose = () => resolve('closed');
        }),
      `ws://127.0.0.1:${port}/`,
    );
    expect(outcome).toBe('closed');
    await foreign.close();
  });

  test('when the broker stops the page says so', async () => {
    await serving.kill('SIGTERM');
    await page.getByRole('alert').getByText('partita serve --ui').waitFor({ timeout: 15_000 });
  });
});
