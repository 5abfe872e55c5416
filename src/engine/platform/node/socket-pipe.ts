import type { Socket } from 'node:net';
import type { BytePipe, PipeEnd } from '../../wire/byte-pipe.js';
import { LentBuffers } from './lent-buffers.js';

/** Carries bytes over a socket. */
export class SocketPipe implements BytePipe {
  private readonly drained: (() => void)[] = [];
  private isReading = true;

  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('drain', () => this.tellDrained());
    socket.on('close', () => this.tellDrained());
  }

  /** Has `end` hear what comes over the socket. */
  deliverTo(end: PipeEnd): void {
    let problem: string | undefined;
    this.socket.on('data', (bytes: Uint8Array) => end.receive(bytes));
    this.socket.on('error', (error) => (problem = error.message));
    this.socket.on('close', () => end.ended(problem));
    // Who says that no more requests come does not wait for answers either.
    this.socket.on('end', () => this.socket.end());
  }

  get unsentBytes(): number {
    return this.socket.writableLength;
  }

  write(bytes: Uint8Array): void {
    if (!this.socket.writable) return;
    // What is written in one turn leaves together.
    if (this.socket.writableCorked === 0) {
      this.socket.cork();
      process.nextTick(() => this.socket.uncork());
    }
    if (LentBuffers.isLent(bytes)) this.socket.write(bytes, () => LentBuffers.giveBack(bytes));
    else this.socket.write(bytes);
  }

  whenDrained(listener: () => void): void {
    if (this.socket.destroyed || !this.socket.writableNeedDrain) listener();
    else this.drained.push(listener);
  }

  setReading(isReading: boolean): void {
    if (isReading === this.isReading) return;
    this.isReading = isReading;
    if (isReading) this.socket.resume();
    else this.socket.pause();
  }

  close(now: boolean): void {
    if (now) this.socket.destroy();
    else this.socket.destroySoon();
  }

  private tellDrained(): void {
    for (const listener of this.drained.splice(0)) listener();
  }
}
