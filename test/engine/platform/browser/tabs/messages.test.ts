import { describe, expect, test } from 'vitest';
import { Hub } from '../../../../../src/engine/platform/browser/tabs/hub.js';
import { mostConnections } from '../../../../../src/engine/platform/browser/tabs/leader-desk.js';
import { leaderLock, leaderMark, tabsChannel } from '../../../../../src/engine/platform/browser/tabs/leader-mark.js';
import { serveServiceHub, type ServiceScope } from '../../../../../src/engine/platform/browser/tabs/service-hub.js';
import { SimulatedBrowser } from './simulated-browser.js';
import { logName, type SimulatedTab } from './simulated-tab.js';

/** What a script may send that knows the messages only by hearsay. */
const senseless: readonly unknown[] = [
  undefined,
  null,
  0,
  NaN,
  '',
  'serve',
  [],
  {},
  new Uint8Array(1_000_000),
  Array.from({ length: 100_000 }, (_, at) => at),
  { kind: undefined },
  { kind: 'unknown' },
  { kind: ['serve'] },
  { kind: 'introduce' },
  { kind: 'introduce', port: {}, life: 'x' },
  { kind: 'introduce', port: 'port', life: 'x' },
  { kind: 'introduced' },
  { kind: 'connect' },
  { kind: 'connect', port: { postMessage: 'no function' } },
  { kind: 'ping' },
  { kind: 'ping', number: 'one' },
  { kind: 'ping', number: 2 ** 60 },
  { kind: 'pong', number: -1 },
  { kind: 'pong', number: 1e9, isReady: true },
  { kind: 'are-you-there', mark: 7 },
  { kind: '__proto__' },
  JSON.parse('{"__proto__": {"kind": "yield"}}'),
];

/** Two tabs, the first of which leads, and a port to each way in: to the hub, to the leader, and to the channel that all hear. */
async function bench(seed: string) {
  const browser = new SimulatedBrowser(seed);
  const tabs: SimulatedTab[] = [];
  for (let opened = 0; opened < 2; opened++) {
    tabs.push(browser.open());
    await browser.until(() => tabs.at(-1)?.role !== undefined, 3_000);
  }
  const [leader, client] = tabs as [SimulatedTab, SimulatedTab];
  const { held = [] } = await browser.locks.of(client).query();
  const lock = held.find(({ name }) => name?.startsWith('partita-leader:'))?.name ?? '';
  const hub = browser.openHub(client, { lock, hub: 'shared:hub.js' }) as MessagePort;
  const introduce = (): MessagePort => {
    const { port1, port2 } = browser.channel(client);
    hub.postMessage({ kind: 'introduce', port: port2, life: 'life of tab-1' }, [port2]);
    return port1;
  };
  return {
    browser,
    leader,
    client,
    lock,
    hub,
    introduce,
    channel: browser.openBroadcast(client, tabsChannel(logName)),
  };
}

/** All is as it was: one leads, both can write. */
async function expectPeace({ browser, leader, client }: Awaited<ReturnType<typeof bench>>): Promise<void> {
  await browser.advance(3_000);
  expect([leader.role, client.role]).toEqual(['broker', 'client']);
  expect(browser.log.opened).toBe(1);
  for (const tab of [leader, client]) await browser.outcome(tab.append(`by ${tab.id}`), 5_000);
}

describe('MSG-3 messages between tabs that make no sense', () => {
  test.each(['hub', 'leader', 'channel'] as const)('to the %s are passed over', async (way) => {
    const all = await bench(`senseless ${way}`);
    const target = way === 'leader' ? all.introduce() : all[way];
    for (const message of senseless) target.postMessage(message);
    await expectPeace(all);
  });

  test('from one that poses as the leader are passed over: a tab that hears nothing else is told so, all others go on', async () => {
    const all = await bench('false leader');
    const { browser, hub } = all;
    const asked: MessagePort[] = [];
    hub.onmessage = ({ data }: MessageEvent<{ port: MessagePort }>) => {
      asked.push(data.port);
      data.port.onmessage = () => {
        for (const message of senseless) data.port.postMessage(message);
      };
    };
    hub.postMessage({ kind: 'serve' });
    await browser.advance(10);
    const third = browser.open();
    await browser.until(() => third.end !== undefined, 15_000);
    expect(third.end).toEqual({ kind: 'unreachable' });
    expect(asked).not.toEqual([]);
    await expectPeace(all);
  });

  test('to a service worker that is the hub are passed over, and the app’s own are left to it', async () => {
    let hear: (event: {
      data: unknown;
      source: unknown;
      waitUntil: (work: Promise<unknown>) => void;
    }) => void = () => {};
    const sent: unknown[] = [];
    const pages: ServiceScope['clients'] = {
      get: (id) =>
        Promise.resolve(id === 'page' ? { postMessage: (message: unknown) => void sent.push(message) } : undefined),
    };
    serveServiceHub({ clients: pages, addEventListener: (_, listener) => (hear = listener) });
    const work: Promise<unknown>[] = [];
    const { port1, port2 } = new MessageChannel();
    const say = (data: unknown): void => hear({ data, source: null, waitUntil: (each) => void work.push(each) });
    for (const message of senseless) say(message);
    for (const page of [undefined, 7, 'no such page'])
      say({ kind: 'partita:introduce', page, lock: 'lock', life: 'life', port: port1 });
    say({ kind: 'partita:introduce', page: 'page', lock: 'lock', life: 7, port: port1 });
    await Promise.all(work);
    expect(sent).toEqual([]);
    say({ kind: 'partita:introduce', page: 'page', lock: 'lock', life: 'life', port: port2 });
    await Promise.all(work);
    expect(sent).toEqual([{ kind: 'partita:introduced', lock: 'lock', life: 'life', port: port2 }]);
    port1.close();
    port2.close();
  });
});

describe('MSG-4 what is forged where all tabs hear it', () => {
  test('moves no lead, and no record goes that way', async () => {
    const all = await bench('forged');
    const forged = leaderMark(logName, 'forged', 'shared:https://elsewhere.example/hub.js').lock;
    for (const mark of [all.lock, forged, leaderLock(logName), '', 'x'.repeat(1_000_000)])
      for (const kind of ['i-am-here', 'are-you-there', 'leaving', 'yield', 'yielded', 'connect', 'serve'])
        all.channel.postMessage({ kind, mark, hasWaited: true });
    await expectPeace(all);
  });

  test('does not keep a tab from leading when the leader is gone', async () => {
    const all = await bench('forged life');
    const { browser, leader, client, channel, lock } = all;
    const talk = browser.timers;
    const insist = (): void => {
      channel.postMessage({ kind: 'i-am-here', mark: lock });
      talk.set(20, insist);
    };
    insist();
    leader.die();
    await browser.until(() => client.role === 'broker', 3_000);
    await browser.outcome(client.append('after'), 5_000);
  });
});

describe('MSG-6 a flood', () => {
  test('of 100 000 messages to the leader leaves others served', async () => {
    const all = await bench('flood');
    const port = all.introduce();
    let pongs = 0;
    port.onmessage = () => pongs++;
    for (let number = 1; number <= 100_000; number++)
      port.postMessage(number % 2 === 0 ? { kind: 'ping', number } : { kind: 'flood', number });
    await expectPeace(all);
    expect(pongs).toBe(50_000);
  });

  test('of connections from one tab ends at a limit, which is told; other tabs have their own', async () => {
    const all = await bench('connections');
    const port = all.introduce();
    const refused: unknown[] = [];
    for (let count = 0; count < mostConnections + 10; count++) {
      const { port1, port2 } = all.browser.channel(all.client);
      port1.onmessage = ({ data }) => refused.push(data);
      port.postMessage({ kind: 'connect', port: port2 }, [port2]);
    }
    await expectPeace(all);
    const message = expect.stringContaining(`${mostConnections} connections`) as string;
    expect(refused).toEqual(Array.from({ length: 10 }, () => ({ kind: 'closed', message })));
  });

  test('of tabs that wait for a leader ends at a limit', () => {
    const hub = new Hub();
    const closed: number[] = [];
    const port = (at: number) =>
      ({ postMessage: () => {}, close: () => void closed.push(at) }) as unknown as MessagePort;
    const door = { onmessage: null } as unknown as MessagePort;
    const sent: unknown[] = [];
    const leader = { onmessage: null, postMessage: (message: unknown) => sent.push(message) } as unknown as MessagePort;
    hub.join(door);
    for (let at = 0; at < 100_000; at++)
      door.onmessage?.({ data: { kind: 'introduce', port: port(at), life: `${at}` } } as MessageEvent);
    hub.join(leader);
    leader.onmessage?.({ data: { kind: 'serve' } } as MessageEvent);
    expect(sent).toHaveLength(1_000);
    expect(closed).toHaveLength(99_000);
  });
});
