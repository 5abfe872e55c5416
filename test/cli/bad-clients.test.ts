import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apis } from '../../src/engine/protocol/apis.js';
import { requestFrame } from '../../src/engine/wire/frames.js';
import { RawClient } from '../engine/platform/node/raw-client.js';
import { BuiltCli, type RunningCli } from './built-cli.js';

let cli: BuiltCli;
beforeAll(async () => (cli = await BuiltCli.build()), 60_000);
afterAll(() => cli.remove());

const origin = 'https://app.example';

async function serveWithWebSocket(): Promise<{ readonly run: RunningCli; readonly port: number }> {
  const args = ['serve', '--port', '0', '--profile', 'test', '--websocket', '0', '--allow-origin', origin];
  const run = await cli.run(args, { lines: 2 });
  return { run, port: Number(/ws:\/\/127\.0\.0\.1:(\d+)/.exec(run.out)?.[1]) };
}

/** What asks for a WebSocket. */
function upgrade(port: number, { path = '/', from = origin } = {}): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `Origin: ${from}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: kafka.partita',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n');
}

/** Says something, and gives the status that is answered; undefined if none is. */
function status(port: number, said: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(said));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(undefined));
    socket.on('data', (bytes) => {
      resolve(bytes.toString('latin1').slice(9, 12));
      socket.destroy();
    });
  });
}

/** Connects, says something, and is gone at once. */
function resetAfter(port: number, said: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(said);
      socket.resetAndDestroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}

async function expectService(run: RunningCli): Promise<void> {
  const client = await RawClient.connect(run.port);
  expect((await client.call('ApiVersions', {}, 0)).errorCode).toBe(0);
  client.close();
}

describe('GW-16 no client ends the process', () => {
  it('by going before its request for a WebSocket is refused, or by any address that it asks for', async () => {
    const { run, port } = await serveWithWebSocket();
    for (let attempt = 0; attempt < 20; attempt++)
      await resetAfter(port, upgrade(port, { from: 'https://evil.example' }));
    for (const path of ['//', '/?broker=%', 'http://[', '/\\'])
      expect(await status(port, upgrade(port, { path })), path).toBe('101');
    await expectService(run);
    expect(run.err).toBe('');
    expect(await run.kill('SIGTERM')).toBe(0);
  });

  it('by going in the middle of a request, or before its answer', async () => {
    const { run } = await serveWithWebSocket();
    const whole = requestFrame('Metadata', apis.Metadata.advertisedVersions.max, 1, 'gone', { topics: null });
    for (let length = 1; length <= whole.length; length += 3) await resetAfter(run.port, whole.subarray(0, length));
    await expectService(run);
    expect(run.err).toBe('');
    await run.kill('SIGTERM');
  });
});

describe('a signal to stop', () => {
  it('ends it, whoever holds on to a connection, and what was asked before is answered', async () => {
    const { run, port } = await serveWithWebSocket();
    const held: Socket[] = [];
    const hold = (at: number, said: string | Uint8Array) =>
      new Promise<void>((resolve) => {
        const socket = connect({ port: at, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(said));
        socket.on('error', () => undefined);
        held.push(socket);
        // What is not answered is there when the next is.
        socket.once('data', () => resolve());
        if (said.length < 10) resolve();
      });
    await hold(port, upgrade(port, { from: 'https://evil.example' }));
    await hold(port, upgrade(port));
    await hold(port, 'GET / HT');
    await hold(run.port, Uint8Array.of(0, 0, 1));
    const waiting = await RawClient.connect(run.port);
    await waiting.call('ApiVersions', {}, 0);
    const answer = waiting.call('ListGroups', { statesFilter: [] });
    // One that waited for them would never end.
    expect(await run.kill('SIGTERM')).toBe(0);
    await answer;
    for (const socket of held) socket.destroy();
  });
});
