import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/engine/environment/seeded-random.js';
import { randomInteger, type Random } from '../../../src/engine/environment/environment.js';
import { validateBatches } from '../../../src/engine/log/batch-validation.js';
import { defaultLogConfig } from '../../../src/engine/log/log-config.js';
import { batchCrc } from '../../../src/engine/protocol/batch-header.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import { batchesIn, decodeRecords } from '../../../src/engine/protocol/record-batch.js';
import { MemoryGrowth } from '../memory-growth.js';
import { bytesOf, goldenLines } from './golden.js';

/** How many inputs, and the seed that they are made from: `npm run soak -- fuzz-log` asks for more, a failure tells the seed to ask for again. */
const inputs = Number(process.env['PARTITA_FUZZ_INPUTS'] ?? 20_000);
const seed = process.env['PARTITA_FUZZ_SEED'] ?? 'batches';

const sound = goldenLines<{ hex: string }>('batches.jsonl').map(({ hex }) => bytesOf(hex));

/** The places of a header's numbers: lies about lengths and counts are worth more than other flips. */
const numbers = [8, 23, 57] as const;

function damaged(random: Random): Uint8Array {
  const bytes = (sound[randomInteger(random, sound.length)] as Uint8Array).slice();
  const view = new DataView(bytes.buffer);
  switch (randomInteger(random, 6)) {
    case 0:
      return bytes.subarray(0, randomInteger(random, bytes.length));
    case 1:
      for (let flips = 1 + randomInteger(random, 8); flips > 0; flips--) {
        const at = randomInteger(random, bytes.length);
        bytes[at] = (bytes[at] as number) ^ (1 << randomInteger(random, 8));
      }
      break;
    case 2:
      view.setInt32(numbers[randomInteger(random, numbers.length)] as number, random.uint32() | 0);
      break;
    case 3:
      view.setInt16(21, randomInteger(random, 0x80));
      break;
    case 4:
      return Uint8Array.from({ length: randomInteger(random, 300) }, () => randomInteger(random, 256));
    case 5: {
      const at = randomInteger(random, bytes.length);
      bytes.fill(random.uint32() & 0xff, at, at + randomInteger(random, 20));
    }
  }
  // With a checksum that fits, what lies behind it is looked at.
  if (bytes.length >= 61 && randomInteger(random, 3) > 0) view.setUint32(17, batchCrc(bytes, 0, bytes.length));
  return bytes;
}

/** Reads all that there is. Throws what is no answer to damaged bytes. */
function readAll(bytes: Uint8Array): void {
  try {
    for (const { header } of batchesIn(bytes)) for (const { key } of decodeRecords(bytes, header)) key?.at(0);
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
  }
  try {
    validateBatches(bytes, { config: defaultLogConfig, origin: 'client', now: 0, topicPartition: 'orders-0' });
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
  }
}

describe('record batches from anybody', () => {
  it(
    `IMP-2 ${inputs} damaged batches are read, or refused by name, and no memory is kept`,
    { timeout: 60 * 60 * 1000 },
    async () => {
      const random = new SeededRandom(seed);
      const growth = new MemoryGrowth(inputs);
      for (let input = 0; input < inputs; input++) {
        await growth.before(input);
        const one = random.fork(String(input));
        const bytes = damaged(one);
        try {
          readAll(bytes);
        } catch (error) {
          const again = `PARTITA_FUZZ_SEED=${seed} PARTITA_FUZZ_INPUTS=${input + 1} npm run soak -- fuzz-log`;
          expect.fail(
            `Input ${input} (${Buffer.from(bytes).toString('hex')}) made the reader fail: ${String(error)}\nAgain: ${again}`,
          );
        }
      }
      await growth.end();
    },
  );
});
