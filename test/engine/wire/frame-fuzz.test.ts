import { describe, expect, it } from 'vitest';
import { Broker } from '../../../src/engine/broker/broker.js';
import { randomInteger, type Random } from '../../../src/engine/environment/environment.js';
import { MemoryStorage } from '../../../src/engine/environment/memory-storage.js';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import { nodeEnvironment } from '../../../src/engine/platform/node/node-environment.js';
import { apiByKey } from '../../../src/engine/protocol/apis.js';
import { encodeRequestHeader } from '../../../src/engine/protocol/message-headers.js';
import { openResponse, requestFrame, sized } from '../../../src/engine/wire/frames.js';
import { defaultLimits } from '../../../src/engine/wire/limits.js';
import { RequestBudget } from '../../../src/engine/wire/request-budget.js';
import { ServerSession } from '../../../src/engine/wire/server-session.js';
import { MemoryGrowth } from '../memory-growth.js';
import { bytesOf, goldenLines } from '../protocol/golden.js';
import { MemoryPipe } from './memory-pipe.js';

/** How many inputs, and the seed that they are made from: `npm run soak -- fuzz-wire` asks for more, a failure tells the seed to ask for again. */
const inputs = Number(process.env['PARTITA_FUZZ_INPUTS'] ?? 20_000);
const seed = process.env['PARTITA_FUZZ_SEED'] ?? 'frames';

interface Frame {
  readonly key: number;
  readonly version: number;
  readonly direction: string;
  readonly headerVersion: 1 | 2;
  readonly hex: string;
}

/** Whole requests as Kafka writes them, of every API that has a table. */
const sound = goldenLines<Frame>('frames.jsonl')
  .filter(({ key, direction }) => direction === 'request' && apiByKey(key) !== undefined)
  .map(({ key, version, headerVersion, hex }) => {
    const header = { requestApiKey: key, requestApiVersion: version, correlationId: 1, clientId: 'fuzz' };
    return Buffer.concat([encodeRequestHeader(headerVersion, header), bytesOf(hex)]);
  });

/** What somebody might send: a stream that begins like Kafka's. */
function damaged(random: Random): Uint8Array {
  const frame = Uint8Array.from(sound[randomInteger(random, sound.length)]!);
  const flip = () => {
    const at = randomInteger(random, frame.length);
    frame[at] = frame[at]! ^ (1 << randomInteger(random, 8));
  };
  switch (randomInteger(random, 7)) {
    case 0: // cut short, and said so
      return sized(frame.subarray(0, randomInteger(random, frame.length)));
    case 1: // cut short, and not said
      return sized(frame).subarray(0, randomInteger(random, frame.length + 4));
    case 2: // another length
      return withLength(frame, random.uint32() | 0);
    case 3: // bits flipped
      for (let flips = 1 + randomInteger(random, 8); flips > 0; flips--) flip();
      return sized(frame);
    case 4: {
      // a number that lies: most of what is read as a length somewhere
      const at = randomInteger(random, Math.max(1, frame.length - 4));
      const lies = [0x7fff_ffff, -1, -2, 0x0100_0000, random.uint32() | 0];
      if (frame.length >= at + 4) new DataView(frame.buffer).setInt32(at, lies[randomInteger(random, lies.length)]!);
      return sized(frame);
    }
    case 5: // another version or API
      new DataView(frame.buffer).setInt16(randomInteger(random, 2) * 2, randomInteger(random, 100) - 5);
      return sized(frame);
    default:
      return Uint8Array.from({ length: randomInteger(random, 400) }, () => randomInteger(random, 256));
  }
}

function withLength(frame: Uint8Array, length: number): Uint8Array {
  const bytes = sized(frame);
  new DataView(bytes.buffer).setInt32(0, length);
  return bytes;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('requests from anybody', () => {
  it(
    `GW-10 GW-16 ${inputs} damaged requests end their own connection at most, and leave no memory in use`,
    { timeout: 6 * 60 * 60 * 1000 },
    async () => {
      const environment = nodeEnvironment();
      const broker = await Broker.start(environment, { storage: new MemoryStorage(), profile: 'test' });
      const budget = new RequestBudget(defaultLimits.maxQueuedBytes);
      let connections = 0;
      const session = () => {
        const pipe = new MemoryPipe();
        const options = { environment, handler: broker, limits: defaultLimits, budget, onEnd: () => undefined };
        return { pipe, session: new ServerSession({ ...options, id: `fuzz-${connections++}` }, pipe) };
      };
      const healthy = session();
      const random = new SeededRandom(seed);
      let [slowest, all] = [0, 0];
      const growth = new MemoryGrowth(inputs);
      for (let input = 0; input < inputs; input++) {
        await growth.before(input);
        const bytes = damaged(random.fork(String(input)));
        const again = `Input ${input}. Again: PARTITA_FUZZ_SEED=${seed} PARTITA_FUZZ_INPUTS=${input + 1} npm run soak -- fuzz-wire`;
        const bad = session();
        const before = process.cpuUsage();
        try {
          bad.session.receive(bytes);
          await turn();
        } catch (error) {
          expect.fail(`${String(error)}\n${again}`);
        }
        const { user, system } = process.cpuUsage(before);
        slowest = Math.max(slowest, user + system);
        all += user + system;
        bad.session.ended();
        if (input % 500 !== 0) continue;
        healthy.session.receive(requestFrame('ApiVersions', 0, input, 'healthy', {}));
        await expect.poll(() => healthy.pipe.written.length, { message: again }).toBe(1);
        expect(openResponse('ApiVersions', 0, healthy.pipe.written.pop()!.subarray(4)).errorCode, again).toBe(0);
      }
      await growth.end();
      expect(slowest, 'the most work that one input made, as part of all').toBeLessThan(all / 5);
      expect(budget.isSpent).toBe(false);
      healthy.session.ended();
      await broker.stop();
    },
  );
});
