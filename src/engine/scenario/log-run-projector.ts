import type { Millis } from '../environment/environment.js';
import type { RecordedEvent } from '../environment/trace-events.js';
import type { LogRunSpec } from './log-run-spec.js';
import type {
  CleanerPassView,
  LogReaderView,
  LogRecordView,
  LogRunView,
  LogSegmentView,
  RetentionCheckView,
} from './log-run-view.js';
import { TraceProjector, type TraceProjection } from './trace-projector.js';

/** Turns the trace of a log's run into what the page shows. */
export class LogRunProjector extends TraceProjector<LogRunView> {
  constructor(spec: LogRunSpec, originMs: Millis) {
    super(() => new LogProjection(spec), originMs);
  }
}

/** What the events of a log add up to. */
class LogProjection implements TraceProjection<LogRunView> {
  private records: LogRecordView[] = [];
  private segments: LogSegmentView[] = [];
  private checks: RetentionCheckView[] = [];
  private passes: CleanerPassView[] = [];
  private readonly readers = new Map<string, LogReaderView>();
  private logStartOffset = 0;
  private highWatermark = 0;

  constructor(private readonly spec: LogRunSpec) {}

  apply(event: RecordedEvent, atMs: Millis): void {
    switch (event.kind) {
      case 'batch-appended':
        return this.appended(event, atMs);
      case 'segment-rolled':
        return this.rolled(event.baseOffset, atMs);
      case 'high-watermark-advanced':
        this.highWatermark = event.highWatermark;
        return;
      case 'retention-checked':
        this.checks = [...this.checks, { atMs, deletedSegments: event.deletedSegments, event: event.index }];
        return;
      case 'segments-deleted':
        return this.deleted(event, atMs);
      case 'log-start-advanced':
        this.logStartOffset = event.logStartOffset;
        return this.gone(({ offset }) => offset < event.logStartOffset, 'deleted', atMs, event.index);
      case 'cleaner-checked':
        this.passes = [...this.passes, { ...event, atMs, event: event.index, cleaned: undefined }];
        return;
      case 'log-cleaned':
        return this.cleaned(event, atMs);
      case 'command':
        return this.read(event, atMs);
      default:
        return;
    }
  }

  view(atMs: Millis, finished: boolean): LogRunView {
    const { config, retentionCheckMs } = this.spec;
    const isCompacted = config.isCompacted === true;
    const isDeleted = config.isDeleted !== false;
    const limit = (value: number | undefined): number | undefined =>
      !isDeleted || value === undefined || value < 0 ? undefined : value;
    const isOpen = this.segments.length > 0;
    const logEndOffset = Math.max(
      this.logStartOffset,
      this.segments.findLast(({ isActive }) => isActive)?.endOffset ?? 0,
    );
    return {
      atMs,
      finished,
      settings: {
        retentionMs: limit(config.retentionMs),
        retentionBytes: limit(config.retentionBytes),
        segmentBytes: config.segmentBytes,
        checkIntervalMs: retentionCheckMs,
        minCleanableDirtyRatio: isCompacted ? config.minCleanableDirtyRatio : undefined,
        deleteRetentionMs: isCompacted ? config.deleteRetentionMs : undefined,
      },
      records: this.records,
      segments: isOpen ? this.segments : [emptySegment(0, 0)],
      logStartOffset: this.logStartOffset,
      highWatermark: this.highWatermark,
      logEndOffset,
      checks: this.checks,
      nextCheckMs:
        retentionCheckMs === undefined || finished
          ? undefined
          : (Math.floor(atMs / retentionCheckMs) + 1) * retentionCheckMs,
      passes: this.passes,
      readers: [...this.readers.values()],
    };
  }

  private appended(event: Extract<RecordedEvent, { kind: 'batch-appended' }>, atMs: Millis): void {
    const place = Number(event.cause?.slice('command:script-'.length));
    const step = this.spec.script[place];
    if (step?.does !== 'append') return;
    const timestampMs = step.timestampMs ?? step.atMs;
    this.records = [
      ...this.records,
      {
        offset: event.baseOffset,
        key: step.key,
        value: step.value,
        timestampMs,
        appendedAtMs: atMs,
        segment: event.segment,
        state: 'stored',
        goneAtMs: undefined,
        deleteHorizonMs: undefined,
        event: event.index,
        goneEvent: undefined,
      },
    ];
    if (!this.segments.some(({ baseOffset, deleted }) => baseOffset === event.segment && deleted === undefined))
      this.rolled(event.segment, atMs);
    this.change(event.segment, (segment) => ({
      ...segment,
      endOffset: event.lastOffset + 1,
      sizeInBytes: segment.sizeInBytes + event.bytes,
      largestTimestampMs: Math.max(segment.largestTimestampMs ?? timestampMs, timestampMs),
    }));
  }

  private rolled(baseOffset: number, atMs: Millis): void {
    this.segments = [
      ...this.segments.map((segment) => ({ ...segment, isActive: false })),
      emptySegment(baseOffset, atMs),
    ];
  }

  private deleted(event: Extract<RecordedEvent, { kind: 'segments-deleted' }>, atMs: Millis): void {
    for (const base of event.baseOffsets)
      this.change(base, (segment) => ({ ...segment, deleted: { atMs, reason: event.reason, event: event.index } }));
    this.gone(({ segment }) => event.baseOffsets.includes(segment), 'deleted', atMs, event.index);
  }

  private cleaned(event: Extract<RecordedEvent, { kind: 'log-cleaned' }>, atMs: Millis): void {
    const removed = event.removed.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
    const look = this.passes.at(-1);
    const horizonMs = (look?.atMs ?? atMs) + (this.spec.config.deleteRetentionMs ?? 0);
    this.gone(({ offset }) => removed.includes(offset), 'removed', atMs, event.index);
    this.passes = this.passes.map((pass) =>
      pass === look
        ? {
            ...pass,
            cleaned: {
              atMs,
              removed,
              bytesBefore: event.bytesBefore,
              bytesAfter: event.bytesAfter,
              event: event.index,
            },
          }
        : pass,
    );
    const bases = event.segments.map(({ baseOffset }) => baseOffset);
    const there = this.segments.filter(({ deleted }) => deleted === undefined);
    const merged = event.segments.flatMap(({ baseOffset, sizeInBytes }, at) => {
      const upTo = bases[at + 1] ?? Infinity;
      const parts = there.filter((segment) => segment.baseOffset >= baseOffset && segment.baseOffset < upTo);
      const [first] = parts;
      const last = parts.at(-1);
      return first === undefined || last === undefined
        ? []
        : [{ ...last, baseOffset, sizeInBytes, createdAtMs: first.createdAtMs }];
    });
    this.segments = [...this.segments.filter(({ deleted }) => deleted !== undefined), ...merged];
    this.records = this.records.map((record) => ({
      ...record,
      segment: bases.findLast((base) => base <= record.offset) ?? record.segment,
      deleteHorizonMs:
        record.state === 'stored' && record.value === null && record.offset < event.endOffset
          ? (record.deleteHorizonMs ?? horizonMs)
          : record.deleteHorizonMs,
    }));
    this.segments = this.segments.map((segment) => {
      if (segment.deleted !== undefined) return segment;
      const stamps = this.records.flatMap((record) =>
        record.state === 'stored' && record.segment === segment.baseOffset ? [record.timestampMs] : [],
      );
      return { ...segment, largestTimestampMs: stamps.length === 0 ? segment.largestTimestampMs : Math.max(...stamps) };
    });
  }

  private read(event: Extract<RecordedEvent, { kind: 'command' }>, atMs: Millis): void {
    const { reader, from, next } = event.args ?? {};
    if (typeof reader !== 'string' || typeof from !== 'number') return;
    this.readers.set(reader, {
      reader,
      position: typeof next === 'number' ? next : from,
      outOfRange: typeof next === 'number' ? undefined : { atMs, offset: from, event: event.index },
    });
  }

  private gone(
    which: (record: LogRecordView) => boolean,
    state: 'removed' | 'deleted',
    atMs: Millis,
    event: number,
  ): void {
    this.records = this.records.map((record) =>
      record.state === 'stored' && which(record) ? { ...record, state, goneAtMs: atMs, goneEvent: event } : record,
    );
  }

  private change(baseOffset: number, how: (segment: LogSegmentView) => LogSegmentView): void {
    const at = this.segments.findLastIndex((segment) => segment.baseOffset === baseOffset);
    this.segments = this.segments.map((segment, place) => (place === at ? how(segment) : segment));
  }
}

function emptySegment(baseOffset: number, createdAtMs: Millis): LogSegmentView {
  return {
    baseOffset,
    endOffset: baseOffset,
    sizeInBytes: 0,
    largestTimestampMs: undefined,
    createdAtMs,
    isActive: true,
    deleted: undefined,
  };
}
