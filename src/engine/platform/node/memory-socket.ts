import { Duplex } from 'node:stream';
import type { BytePipe, PipeEnd } from '../../wire/byte-pipe.js';

/** A socket without a network: what is written to it goes to a session in this process, what the session answers is read from it. */
export class MemorySocket extends Duplex {
  private peer: PipeEnd | undefined;
  private readonly drained: (() => void)[] = [];
  private pending: { readonly bytes: Uint8Array; readonly taken: () => void } | undefined;
  private isPeerReading = true;
  private isGone = false;

  /** `begin` gives the session at the other end, a moment from now. */
  constructor(begin: (pipe: BytePipe) => PipeEnd) {
    super({ allowHalfOpen: false });
    this.cork();
    setImmediate(() => {
      if (this.destroyed) return;
      this.peer = begin(this.brokerEnd());
      this.uncork();
      this.emit('connect');
    });
  }

  // What users of sockets call, and what has no meaning here.
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {
    for (const listener of this.drained.splice(0)) listener();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, taken: () => void): void {
    if (this.isPeerReading) this.deliver(bytes, taken);
    else this.pending = { bytes, taken };
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.forgetPeer();
    callback(error);
  }

  /** The broker's end. */
  private brokerEnd(): BytePipe {
    const unsentBytes = () => this.readableLength;
    return {
      get unsentBytes() {
        return unsentBytes();
      },
      // Copied: who reads it may keep or change it.
      write: (bytes) => {
        if (!this.isGone) this.push(Buffer.from(bytes));
      },
      whenDrained: (listener) => {
        if (this.isGone) listener();
        else this.drained.push(listener);
      },
      setReading: (isReading) => this.setPeerReading(isReading),
      close: () => this.closeByPeer(),
    };
  }

  private setPeerReading(isReading: boolean): void {
    this.isPeerReading = isReading;
    const { pending } = this;
    if (!isReading || pending === undefined) return;
    this.pending = undefined;
    this.deliver(pending.bytes, pending.taken);
  }

  private closeByPeer(): void {
    if (this.isGone) return;
    this.push(null);
    this.forgetPeer();
    setImmediate(() => this.destroy());
  }

  private deliver(bytes: Uint8Array, taken: () => void): void {
    // Copied: who has written them may change them then.
    this.peer?.receive(new Uint8Array(bytes));
    taken();
  }

  private forgetPeer(): void {
    if (this.isGone) return;
    this.isGone = true;
    for (const listener of this.drained.splice(0)) listener();
    this.peer?.ended();
  }
}
