import { describe, expect, it } from 'vitest';
import { goldenLines } from '../protocol/golden.js';
import { inProcess, overTheWire } from './played-broker.js';
import type { Transcript } from './transcript.js';
import { TranscriptPlayer } from './transcript-player.js';

const files = [
  'transcripts-classic.jsonl',
  'transcripts-groups.jsonl',
  'transcripts-log.jsonl',
  'transcripts-wire.jsonl',
  'transcripts-consumer.jsonl',
  'transcripts-configs.jsonl',
  'transcripts-variations.jsonl',
  'transcripts-corners.jsonl',
];
const transcripts = files.flatMap((file) => goldenLines<Transcript>(file));

/** One of each API and version with what can be odd about its requests, and batches that are odd. Most of their steps are refusals. */
const refusals = goldenLines<Transcript>('transcripts-more.jsonl');

/** What is not built yet that a script needs. Once it is, the script must no longer fail, and is taken out here. */
const waitsFor: Readonly<Record<string, string>> = {
  'coordinator/versions': 'transactions',
};

/** Versions beyond the table can only be asked for in bytes. */
const needsBytes = ({ steps }: Transcript) => steps.some(({ send }) => send?.encodedAs !== undefined);

describe.each([
  ['in process', inProcess, transcripts.filter((transcript) => !needsBytes(transcript))],
  ['over the wire', overTheWire, [...transcripts, ...refusals]],
] as const)('the broker answers as a real Kafka did, %s', (_way, start, played) => {
  it.each(played.filter(({ name }) => !(name in waitsFor)).map((transcript) => [transcript.name, transcript]))(
    '%s',
    async (_, transcript) => {
      expect(await TranscriptPlayer.play(transcript, start)).toEqual([]);
    },
  );

  it.fails.each(
    transcripts.flatMap((transcript) => {
      const missing = waitsFor[transcript.name];
      return missing === undefined ? [] : [[transcript.name, missing, transcript] as const];
    }),
  )('%s, which waits for %s', async (_name, _missing, transcript) => {
    expect(await TranscriptPlayer.play(transcript, start)).toEqual([]);
  });
});
