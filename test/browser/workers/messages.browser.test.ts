import { afterEach, describe, expect, test, vi } from 'vitest';
import brokerWorkerUrl from '../../../src/workers/broker.worker.ts?worker&url';
import { PageHub } from '../../../src/entry/page-hub.js';
import { openLog, type Partita } from '../../../src/entry/open-log.js';
import { leaderMark } from '../../../src/engine/platform/browser/tabs/leader-mark.js';

let log: Partita | undefined;
const workers: Worker[] = [];

afterEach(async () => {
  await log?.close();
  workers.splice(0).forEach((worker) => worker.terminate());
});

async function open(name: string): Promise<Partita> {
  return (log = await openLog({ name, profile: 'test' }, () => {
    const worker = new Worker(brokerWorkerUrl, { type: 'module' });
    workers.push(worker);
    return worker;
  }));
}

async function expectToWork(opened: Partita): Promise<void> {
  const admin = opened.admin();
  await admin.connect();
  expect(await admin.listTopics()).toEqual([]);
  await admin.disconnect();
  expect(opened.role).toBe('broker');
  expect(workers).toHaveLength(1);
}

const heartbeat = {
  kind: 'request',
  number: 0,
  api: 'Metadata',
  version: 12,
  clientId: null,
  request: { topics: null },
};

describe('messages to the page', () => {
  test('MSG-1 from windows and frames, of whatever origin, are nobody’s: a port that they bring is not answered', async () => {
    const opened = await open('msg-1');
    const answers: unknown[] = [];
    for (const origin of ['https://evil.example', 'null', '', location.origin]) {
      for (const data of [
        heartbeat,
        { kind: 'introduce', life: 'x' },
        { kind: 'serve' },
        { type: 'APPLY', path: ['stop'] },
      ]) {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = (event) => answers.push(event.data);
        dispatchEvent(new MessageEvent('message', { data: { ...data, port: port2 }, origin, ports: [port2] }));
      }
    }
    const frame = document.createElement('iframe');
    frame.sandbox.add('allow-scripts');
    const posted = new Promise<MessageEvent>((resolve) => addEventListener('message', resolve, { once: true }));
    frame.srcdoc = `<script>const { port1, port2 } = new MessageChannel(); port1.onmessage = (event) => parent.postMessage(event.data, '*');
      parent.postMessage(${JSON.stringify(heartbeat)}, '*', [port2]); port1.postMessage('hello')</script>`;
    document.body.append(frame);
    expect((await posted).origin).toBe('null');
    await expectToWork(opened);
    frame.remove();
    expect(answers).toEqual([]);
  });

  test('MSG-2 a hub is started only from this very origin, whatever a forged mark says', async () => {
    const started: string[] = [];
    vi.stubGlobal(
      'SharedWorker',
      class {
        readonly port = new MessageChannel().port1;
        constructor(address: string) {
          started.push(address);
        }
      },
    );
    try {
      const hub = await PageHub.find();
      const { protocol, hostname, port, origin } = location;
      const lookalikes = [
        `${protocol}//${hostname}.evil.example:${port}/hub.js`,
        `https://${hostname}:${port}/hub.js`,
        `${protocol}//${hostname}:${Number(port) + 1}/hub.js`,
        `${protocol}//${hostname}.:${port}/hub.js`,
        `${protocol}//${hostname}/hub.js`,
        `${protocol}//${hostname}:${port}@evil.example/hub.js`,
        `//evil.example/hub.js`,
        `data:text/javascript,1`,
        `javascript:1`,
        `file:///hub.js`,
        'null',
        '',
        `hub.js`,
      ];
      for (const address of lookalikes)
        expect(await hub.open(leaderMark('log', 'forged', `shared:${address}`)), address).toBeUndefined();
      expect(started).toEqual([]);
      expect(await hub.open(leaderMark('log', 'true', `shared:${origin}/hub.js`))).toBeDefined();
      expect(started).toEqual([`${origin}/hub.js`]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('MSG-4 what is forged where all tabs hear it, or in the names of locks, moves no lead', async () => {
    const opened = await open('msg-4');
    const held = (await navigator.locks.query()).held?.map(({ name = '' }) => name) ?? [];
    const channel = new BroadcastChannel('partita-tabs:msg-4');
    for (const mark of [...held, leaderMark('msg-4', 'forged', undefined).lock])
      for (const kind of ['i-am-here', 'are-you-there', 'yield', 'leaving', 'yielded'])
        channel.postMessage({ kind, mark });
    for (const message of [null, 'x', new Uint8Array(5_000_000), { kind: 7 }]) channel.postMessage(message);
    const forged = navigator.locks.request(
      leaderMark('msg-4', 'forged', 'shared:https://evil.example/hub.js').lock,
      async () => await expectToWork(opened),
    );
    await forged;
    channel.close();
  });
});
