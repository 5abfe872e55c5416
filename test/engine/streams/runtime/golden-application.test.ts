import { describe, expect, it } from 'vitest';
import { goldenLines } from '../../protocol/golden.js';
import { streamsCases, type StreamsCase } from '../golden-case.js';
import { playApplication, recordedByTopic } from './golden-application.js';

/** What depends on the wall clock standing still while a record is processed cannot be had from a real run. */
const goesByTheClock = ({ input = [], config }: StreamsCase): boolean =>
  input.some(({ advanceWallClock }) => advanceWallClock !== undefined) || config.emitIntervalMs > 0;

/** It tells offsets, and Kafka's driver counts those of all topics that a pattern matches together. */
const tellsOffsets = ({ name }: StreamsCase): boolean => name === 'pattern';

/** In the driver global tables have their part of the one cache; they are another thread's here. */
const sharesCache = ({ config, topology }: StreamsCase): boolean =>
  config.cacheBytes > 0 && topology.some(({ op }) => op === 'globalTable');

/** The driver has one task, whose time punctuations go by; here each sub-topology has its own. */
const goesByOneTime = ({ topology, internalTopics = [] }: StreamsCase): boolean =>
  topology.some(({ every }) => every !== undefined) && internalTopics.some(({ kind }) => kind === 'repartition');

const isPlayed = (recorded: StreamsCase): boolean =>
  recorded.error === undefined &&
  ![goesByTheClock, tellsOffsets, sharesCache, goesByOneTime].some((isDifferent) => isDifferent(recorded));

const cases = streamsCases().filter(isPlayed);
const mixed = goldenLines<StreamsCase>('streams-mixed.jsonl').filter(isPlayed);
/** Each of so many is played; all of them by `npm run soak -- streams`. */
const every = Number(process.env.PARTITA_STREAMS_EVERY ?? 16);

describe('The same topologies through the runtime and a broker', () => {
  const chosen = [...cases.filter((_recorded, at) => at % every === 0), ...mixed];
  it.each(chosen.map((recorded) => [recorded.name, recorded] as const))('%s', async (_name, recorded) => {
    const { output, failure } = await playApplication(recorded);
    expect(failure).toBeNull();
    expect(output).toEqual(recordedByTopic(recorded));
  });
});
