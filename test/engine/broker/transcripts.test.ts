import { describe, expect, it } from 'vitest';
import { goldenLines } from '../protocol/golden.js';
import type { Transcript } from './transcript.js';
import { TranscriptPlayer } from './transcript-player.js';

describe('the broker answers as a real Kafka did', () => {
  it.each(
    ['transcripts-classic.jsonl', 'transcripts-log.jsonl', 'transcripts-wire.jsonl']
      .flatMap((file) => goldenLines<Transcript>(file))
      .map((transcript) => [transcript.name, transcript] as const),
  )('%s', async (_, transcript) => {
    expect(await TranscriptPlayer.play(transcript)).toEqual([]);
  });
});
