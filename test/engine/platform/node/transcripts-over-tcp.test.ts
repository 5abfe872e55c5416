import { describe, expect, it } from 'vitest';
import type { Transcript } from '../../broker/transcript.js';
import { TranscriptPlayer } from '../../broker/transcript-player.js';
import { goldenLines } from '../../protocol/golden.js';
import { overTcp } from './played-over-tcp.js';

const kinds = ['classic', 'groups', 'log', 'wire', 'consumer', 'configs', 'variations'];
/**
 * Those in which nobody waits: here time goes on by itself, and on a busy machine an answer might come while it must not yet. The others are played in bytes too, without sockets and
 * on a clock that stands.
 */
const transcripts = kinds
  .flatMap((kind) => goldenLines<Transcript>(`transcripts-${kind}.jsonl`))
  .filter(({ name, steps }) => name !== 'coordinator/versions' && !steps.some(({ pending }) => pending !== undefined));

describe('over TCP a broker answers as a real Kafka did', () => {
  it.each(transcripts.map((transcript) => [transcript.name, transcript]))('%s', async (_, transcript) => {
    expect(await TranscriptPlayer.play(transcript, overTcp)).toEqual([]);
  });
});
