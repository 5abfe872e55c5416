import type { StorageWrite } from '../environment/storage.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { CleanedSegment } from './cleaner/cleanable-log.js';
import type { FileHolds } from './file-holds.js';
import { partitionFolder, segmentFile } from './file-names.js';
import type { LocalLog } from './local-log.js';
import { sealedSegment, sidecarWrites } from './log-writes.js';
import { Segment } from './segment.js';

/** Puts what the cleaner made of segments in their place, while nobody reads them. */
export class SegmentReplacement {
  private underWay: Promise<void> | undefined;

  constructor(
    private readonly log: LocalLog,
    private readonly holds: FileHolds,
  ) {}

  /** Resolves when the last replacement that was begun has come to its end, a good or a bad one; undefined if there was none. */
  get settled(): Promise<void> | undefined {
    return this.underWay?.catch(() => undefined);
  }

  /**
   * Puts `cleaned` in the place of the segments `old`, which follow each other. Resolves when that is durable. Rejects, with nothing changed, if one of them has gone in the
   * meantime.
   */
  async replace(old: readonly Segment[], cleaned: CleanedSegment): Promise<void> {
    const { log, holds } = this;
    await new Promise<void>((resolve) => holds.whenFree(resolve));
    log.checkOpen();
    const first = log.segments.indexOf(old[0] as Segment);
    if (first < 0 || old.some((segment, index) => log.segments[first + index] !== segment))
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `Segments of ${partitionFolder(log)} that were cleaned have been deleted meanwhile. Clean again.`,
      );
    const { baseOffset } = old[0] as Segment;
    const segment = new Segment(segmentFile(log, baseOffset), baseOffset, log.config, cleaned.modifiedAt);
    for (const header of cleaned.headers) segment.add(header);
    segment.transactions = cleaned.transactions;
    segment.seal();
    const sidecars = sidecarWrites(log, segment);
    const bases = old.map((each) => each.baseOffset);
    // Whatever a crash leaves of the commits that follow, the next opening finds either all the old segments or the new one. A segment that is rolled meanwhile writes a checkpoint too:
    // it must not take the plan away before the replacement is on its way.
    log.planned = { replaced: bases, by: sealedSegment(segment) };
    try {
      await log.submit([log.checkpoint()], { durability: 'strict' });
    } finally {
      log.planned = undefined;
    }
    log.checkOpen();
    if (holds.isHeld || old.some((each) => !log.segments.includes(each))) return this.replace(old, cleaned);
    const before = log.state(true);
    log.segments.splice(log.segments.indexOf(old[0] as Segment), old.length, segment);
    log.cache.forgetBefore((old.at(-1) as Segment).nextOffset);
    const { file, modifiedAt } = segment;
    const replacement: StorageWrite = { kind: 'replace', file, bytes: cleaned.bytes, modifiedAt };
    this.underWay = log
      .submit([replacement, ...sidecars], { durability: 'strict', before, need: 'ordinary' })
      .then(() => log.submit([...log.deletions(bases.slice(1)), log.checkpoint()], { durability: 'strict' }));
    await this.underWay;
  }
}
