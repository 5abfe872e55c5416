import { connect, type Socket } from 'node:net';
import { apis, type ApiName, type RequestOf, type ResponseOf } from '../../../../src/engine/protocol/apis.js';
import { FrameSplitter } from '../../../../src/engine/wire/frame-splitter.js';
import { openResponse, requestFrame } from '../../../../src/engine/wire/frames.js';

/** A client that sends whatever it is told to, and notes what comes. */
export class RawClient {
  readonly frames: Uint8Array[] = [];
  /** Resolves when the connection is over. */
  readonly closed: Promise<void>;
  isClosed = false;
  private readonly waiting: (() => void)[] = [];
  private readonly splitter = new FrameSplitter(() => 1 << 28, 0);
  private sent = 0;

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes) => {
      this.frames.push(...this.splitter.push(bytes));
      for (const wake of this.waiting.splice(0)) wake();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) =>
      socket.on('close', () => {
        this.isClosed = true;
        for (const wake of this.waiting.splice(0)) wake();
        resolve();
      }),
    );
  }

  static connect(port: number, host = '127.0.0.1'): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RawClient(socket)));
    });
  }

  /** A client on a stream that is open already. */
  static on(socket: Socket): RawClient {
    return new RawClient(socket);
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Sends a request, does not wait; answers its correlation id. */
  send<Api extends ApiName>(api: Api, request: RequestOf<Api>, version = apis[api].advertisedVersions.max): number {
    this.write(requestFrame(api, version, this.sent, 'raw', request));
    return this.sent++;
  }

  /** The next frame that came. Rejects if the connection ends before. */
  async next(): Promise<Uint8Array> {
    for (;;) {
      const frame = this.frames.shift();
      if (frame !== undefined) return frame;
      if (this.isClosed) throw new Error('The connection was closed.');
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  async call<Api extends ApiName>(
    api: Api,
    request: RequestOf<Api>,
    version = apis[api].advertisedVersions.max,
  ): Promise<ResponseOf<Api>> {
    this.send(api, request, version);
    return openResponse(api, version, await this.next());
  }

  close(): void {
    this.socket.destroy();
  }
}
