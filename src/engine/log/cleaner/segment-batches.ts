import { batchHeaderSize, batchesIn, type BatchHeader } from '../../protocol/record-batch.js';
import type { Segment } from '../segment.js';
import type { CleanableLog } from './cleanable-log.js';

/** How much of a segment is read at a time. */
const windowBytes = 1024 * 1024;

/** The batches of a segment from `position` on. What is read is good until the next one is asked for. */
export async function* batchesOfSegment(
  log: CleanableLog,
  segment: Segment,
  position: number,
): AsyncGenerator<{ readonly header: BatchHeader; readonly bytes: Uint8Array }, void, undefined> {
  let length = windowBytes;
  while (position < segment.size) {
    const bytes = await log.readSegment(segment, position, Math.min(length, segment.size - position));
    let end = 0;
    for (const { header, end: next } of batchesIn(bytes)) {
      yield { header, bytes };
      end = next;
    }
    if (end === 0 && bytes.length < Math.min(length, segment.size - position)) return;
    // A batch that is larger than the window: all of it is read.
    length = end === 0 ? Math.max(length * 2, batchHeaderSize) : windowBytes;
    position += end;
  }
}
