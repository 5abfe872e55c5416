import { describe, expect, it } from 'vitest';
import { streamsCases, type StreamsCase } from '../golden-case.js';
import { playApplication, recordedByTopic } from './golden-application.js';

/** What depends on the wall clock standing still while a record is processed cannot be had from a real run. */
const goesByTheClock = ({ input = [], config }: StreamsCase): boolean =>
  input.some(({ advanceWallClock }) => advanceWallClock !== undefined) || config.emitIntervalMs > 0;

/** It tells offsets, and Kafka's driver counts those of all topics that a pattern matches together. */
const tellsOffsets = ({ name }: StreamsCase): boolean => name === 'pattern';

const cases = streamsCases().filter(
  (recorded) => recorded.error === undefined && !goesByTheClock(recorded) && !tellsOffsets(recorded),
);
/** Each of so many is played; all of them by `npm run soak -- streams`. */
const every = Number(process.env.PARTITA_STREAMS_EVERY ?? 16);

describe('The same topologies through the runtime and a broker', () => {
  const chosen = cases.filter((_recorded, at) => at % every === 0);
  it.each(chosen.map((recorded) => [recorded.name, recorded] as const))('%s', async (_name, recorded) => {
    const { output, failure } = await playApplication(recorded);
    expect(failure).toBeNull();
    expect(output).toEqual(recordedByTopic(recorded));
  });
});
