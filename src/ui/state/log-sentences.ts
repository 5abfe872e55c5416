import type { RecordedEvent } from '../../engine/environment/trace-events.js';

/** Sentences about what happened to one partition's log, in one language. */
export interface LogEventTexts {
  readonly appended: (baseOffset: number, lastOffset: number, bytes: number) => string;
  readonly rolled: (baseOffset: number) => string;
  readonly checked: (deleted: number) => string;
  readonly deleted: (baseOffsets: readonly number[], reason: string) => string;
  readonly logStart: (offset: number) => string;
  readonly looked: (ratio: number, firstDirty: number, firstUncleanable: number, isChosen: boolean) => string;
  readonly cleaned: (removed: readonly number[], before: number, after: number) => string;
  readonly outOfRange: (offset: number, from: number, to: number) => string;
  readonly finished: string;
}

/** The offsets that a list of runs, from and to, stands for. */
export function offsetsOf(runs: readonly (readonly [number, number])[]): readonly number[] {
  return runs.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
}

/** An event in words; undefined for what is no matter of the story. */
export function logSentenceOf(
  event: RecordedEvent,
  texts: LogEventTexts,
  reasonOf: (reason: string) => string,
): string | undefined {
  if ('topic' in event && event.topic.startsWith('__')) return undefined;
  switch (event.kind) {
    case 'command':
      return event.id === 'command:finished' ? texts.finished : undefined;
    case 'batch-appended':
      return texts.appended(event.baseOffset, event.lastOffset, event.bytes);
    case 'segment-rolled':
      return texts.rolled(event.baseOffset);
    case 'retention-checked':
      return texts.checked(event.deletedSegments);
    case 'segments-deleted':
      return texts.deleted(event.baseOffsets, reasonOf(event.reason));
    case 'log-start-advanced':
      return texts.logStart(event.logStartOffset);
    case 'cleaner-checked':
      return texts.looked(event.cleanableRatio, event.firstDirtyOffset, event.firstUncleanableOffset, event.isChosen);
    case 'log-cleaned':
      return texts.cleaned(offsetsOf(event.removed), event.bytesBefore, event.bytesAfter);
    default:
      return undefined;
  }
}
