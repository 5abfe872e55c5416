import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketListener } from '../../../../src/engine/platform/node/websocket-server.js';
import type { BytePipe } from '../../../../src/engine/wire/byte-pipe.js';

const origin = 'https://app.example';
let listener: WebSocketListener;
/** What came, of each connection. */
let received: number[];

beforeEach(async () => {
  received = [];
  listener = await WebSocketListener.listen(
    { port: 0, allowedOrigins: [origin], token: 'secret' },
    async (pipe: BytePipe) => {
      const at = received.push(0) - 1;
      return {
        receive: (bytes) => {
          received[at]! += bytes.length;
          pipe.write(bytes.subarray(0, 1));
        },
        ended: () => undefined,
      };
    },
  );
});
afterEach(() => listener.stop());

/** A connection on which anything can be said; collects what comes. */
class RawSocket {
  bytes = Buffer.alloc(0);
  isClosed = false;
  private readonly waiting = new Set<() => void>();

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes) => {
      this.bytes = Buffer.concat([this.bytes, bytes]);
      this.wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
      this.wake();
    });
  }

  static async open(more: readonly string[] = [], port = listener.address.port): Promise<RawSocket> {
    const raw = new RawSocket(connect(port, '127.0.0.1'));
    raw.socket.write(
      [
        'GET / HTTP/1.1',
        `Host: 127.0.0.1:${port}`,
        `Origin: ${origin}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Protocol: kafka.partita',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        ...more,
        '\r\n',
      ].join('\r\n'),
    );
    await raw.until(() => raw.bytes.includes('\r\n\r\n') || raw.isClosed);
    return raw;
  }

  get status(): string {
    return this.bytes.toString('latin1').slice(9, 12);
  }

  /** What came behind the answer to the upgrade. */
  get frames(): Buffer {
    return this.bytes.subarray(this.bytes.indexOf('\r\n\r\n') + 4);
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  /** The code that it was closed with; 1006 if it was without. */
  async closed(): Promise<number> {
    await this.until(() => this.isClosed || this.frames.includes(0x88));
    const at = this.frames.lastIndexOf(0x88);
    return at >= 0 && (this.frames[at + 1] ?? 0) >= 2 ? this.frames.readUInt16BE(at + 2) : 1006;
  }

  private wake(): void {
    for (const each of this.waiting) each();
    this.waiting.clear();
  }
}

/** A frame of a client, masked as it must be. */
function frame(first: number, payload: Uint8Array, isMasked = true): Buffer {
  const length =
    payload.length < 126
      ? Buffer.from([payload.length | (isMasked ? 0x80 : 0)])
      : Buffer.from([126 | (isMasked ? 0x80 : 0), payload.length >> 8, payload.length & 255]);
  return Buffer.concat([Buffer.from([first]), length, ...(isMasked ? [Buffer.alloc(4)] : []), payload]);
}

const [whole, begins, goesOn, text, ping] = [0x82, 0x02, 0x00, 0x81, 0x89];

describe('GW-6 GW-12 a listener for WebSockets', () => {
  it('closes who sends no headers, or a byte of them now and then, within their time', async () => {
    const slow = await WebSocketListener.listen(
      { port: 0, allowedOrigins: [origin], token: 'secret', headersMs: 500 },
      () => Promise.reject(new Error('nobody comes so far')),
    );
    const closing = ['', 'GET / HTTP/1.1\r\n'].map(
      (said) =>
        new Promise<boolean>((resolve) => {
          const socket = connect(slow.address.port, '127.0.0.1', () => socket.write(said));
          const drip = setInterval(() => said !== '' && socket.write('X'), 50);
          // Node itself looks after half a minute.
          const late = setTimeout(() => resolve(false), 20_000);
          socket.on('error', () => undefined);
          socket.on('data', () => undefined);
          socket.on('close', () => {
            clearInterval(drip);
            clearTimeout(late);
            resolve(true);
          });
        }),
    );
    expect(await Promise.all(closing)).toEqual([true, true]);
    await slow.stop();
  });

  it('keeps nothing of what is sent to a broker that is not found yet', async () => {
    let found: (() => void) | undefined;
    let taken = 0;
    const searching = await WebSocketListener.listen(
      { port: 0, allowedOrigins: [origin], token: 'secret' },
      async () => {
        await new Promise<void>((resolve) => (found = resolve));
        return { receive: (bytes) => void (taken += bytes.length), ended: () => undefined };
      },
    );
    const raw = await RawSocket.open([], searching.address.port);
    const sent = Array.from({ length: 400 }, () => frame(whole, Buffer.alloc(50_000)));
    raw.socket.write(Buffer.concat(sent));
    await new Promise((resolve) => setTimeout(resolve, 300));
    found?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toBeLessThan(2_000_000);
    await expect.poll(() => taken).toBe(20_000_000);
    raw.socket.destroy();
    await searching.stop();
  });
});

describe('GW-11 a WebSocket', () => {
  /** After whatever happened on another connection, this works. */
  async function expectOthersServed(): Promise<void> {
    const other = await RawSocket.open();
    other.socket.write(frame(whole, Buffer.from('hello')));
    await other.until(() => other.frames.length > 0);
    other.socket.destroy();
  }

  it.each([
    ['a frame without a mask', frame(whole, Buffer.from('x'), false), 1002],
    ['a text', frame(text, Buffer.from('x')), 1003],
    ['reserved bits, as a compressed message has', frame(whole | 0x40, Buffer.from('x')), 1002],
    ['an unknown kind of frame', frame(0x85, Buffer.from('x')), 1002],
    ['a message that is announced as larger than 8 MiB', Buffer.from('82ff0000000000900000' + '00000000', 'hex'), 1009],
    ['a ping that is too long', frame(ping, Buffer.alloc(200)), 1002],
  ])('%s ends its connection', async (_, bytes, code) => {
    const raw = await RawSocket.open();
    raw.socket.write(bytes);
    expect(await raw.closed()).toBe(code);
    await expectOthersServed();
  });

  it('takes a message in 64 pieces, and no more, empty ones included', async () => {
    const pieces = (count: number) =>
      Buffer.concat([
        frame(begins, Buffer.from('a')),
        ...Array.from({ length: count - 2 }, () => frame(goesOn, Buffer.alloc(0))),
        frame(goesOn | 0x80, Buffer.from('z')),
      ]);
    const few = await RawSocket.open();
    few.socket.write(pieces(64));
    await few.until(() => few.frames.length > 0);
    expect(received).toEqual([2]);
    few.socket.destroy();
    const many = await RawSocket.open();
    many.socket.write(pieces(65));
    expect(await many.closed()).toBe(1008);
    await expectOthersServed();
  });

  it('agrees on no compression, whatever is offered', async () => {
    for (const offered of [
      'permessage-deflate',
      'permessage-deflate; server_max_window_bits=99',
      'constructor',
      '__proto__',
    ]) {
      const raw = await RawSocket.open([`Sec-WebSocket-Extensions: ${offered}`]);
      expect(raw.status, offered).toBe('101');
      expect(raw.bytes.toString('latin1').toLowerCase(), offered).not.toContain('sec-websocket-extensions');
      raw.socket.destroy();
    }
  });

  it('is not opened for 16 KiB of headers, be it one or two thousand', async () => {
    const large = await RawSocket.open([`X-Large: ${'x'.repeat(16 * 1024)}`]);
    expect(large.status).toBe('431');
    const many = await RawSocket.open(Array.from({ length: 2000 }, (_, at) => `X: ${at}`));
    expect(many.status).toBe('431');
    await expectOthersServed();
  });

  it('that sends pings without end keeps nobody from being served', async () => {
    const raw = await RawSocket.open();
    const flood = Buffer.concat(Array.from({ length: 5_000 }, () => frame(ping, Buffer.alloc(0))));
    raw.socket.write(flood);
    await expectOthersServed();
    raw.socket.destroy();
  });
});
