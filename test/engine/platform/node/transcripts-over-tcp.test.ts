import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../broker/transcript.js';
import { TranscriptPlayer } from '../../broker/transcript-player.js';
import { goldenLines } from '../../protocol/golden.js';
import { overTcp } from './played-over-tcp.js';

/** One of each kind: that all of them are answered in bytes as Kafka does is shown without sockets. */
const files = ['transcripts-wire.jsonl', 'transcripts-configs.jsonl', 'transcripts-log.jsonl'];
const transcripts = files
  .flatMap((file) => goldenLines<Transcript>(file))
  .filter(({ name }) => name !== 'coordinator/versions');

describe('over TCP a broker answers as a real Kafka did', () => {
  it.each(transcripts.map((transcript) => [transcript.name, transcript]))('%s', async (_, transcript) => {
    expect(await TranscriptPlayer.play(transcript, overTcp)).toEqual([]);
  });
});
