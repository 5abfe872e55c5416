import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Gateway } from '../../../../src/engine/platform/node/gateway.js';
import { MemoryPipe } from '../../wire/memory-pipe.js';

/** A client that takes nothing; all that was written waits for it. */
class DeafPipe extends MemoryPipe {
  override get unsentBytes(): number {
    return this.written.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  override whenDrained(): void {}
}

it('GW-12 a client that takes nothing is sent a megabyte and little more, and is cut off in the end', async () => {
  let broker: Socket | undefined;
  const server = createServer((socket) => {
    broker = socket;
    socket.on('error', () => undefined);
    socket.write(Buffer.alloc(50_000_000));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const gateway = new Gateway({ upstream: [`127.0.0.1:${(server.address() as AddressInfo).port}`], unsentMs: 300 });
  const pipe = new DeafPipe();
  const end = await gateway.accept(pipe, undefined);
  await expect.poll(() => pipe.isClosed).toBe(true);
  expect(pipe.unsentBytes).toBeGreaterThan(1_000_000);
  expect(pipe.unsentBytes).toBeLessThan(3_000_000);
  // Whoever is cut off lets go of the broker too.
  end.ended();
  await expect.poll(() => broker?.destroyed).toBe(true);
});
