import type { RecordedEvent } from '../../engine/environment/trace-events.js';
import { causeChain } from '../../engine/scenario/cause-chain.js';
import type { StoredRecord } from '../../engine/scenario/stored-record.js';
import type { LogRunView } from '../../engine/scenario/log-run-view.js';
import { valueText } from '../components/log/log-measures.js';
import type { LogSelection } from '../components/log/log-stage-props.js';
import type { InspectorField, InspectorSubject, WhyStep } from '../components/panel-props.js';
import type { AppTexts } from '../texts/app-texts.js';
import { storedFields } from './inspector-subject.js';
import { logSentenceOf } from './log-sentences.js';

/** What the inspector is told about the record, segment or pass that is picked out of a log. */
export interface InspectedLog {
  readonly selection: LogSelection;
  readonly picture: LogRunView;
  /** Everything simulated so far: chains of causes look back only. */
  readonly trace: readonly RecordedEvent[];
  readonly originMs: number;
  /** Whether reasons may be told. */
  readonly reveal: boolean;
  /** What lies in the log of a record, once it was read back. */
  readonly stored: StoredRecord | undefined;
  readonly texts: AppTexts;
}

/** Everything about what is picked out of a log, in words; undefined if it is not there at the moment that is shown. */
export function logInspectorSubject(inspected: InspectedLog): InspectorSubject | undefined {
  switch (inspected.selection.kind) {
    case 'record':
      return recordSubject(inspected, inspected.selection.offset);
    case 'segment':
      return segmentSubject(inspected, inspected.selection);
    case 'pass':
      return passSubject(inspected, inspected.selection.event);
  }
}

function recordSubject(inspected: InspectedLog, offset: number): InspectorSubject | undefined {
  const { picture, texts, stored, reveal } = inspected;
  const record = picture.records.find((each) => each.offset === offset);
  if (record === undefined) return undefined;
  const words = texts.logInspector;
  const { key, value, state, goneAtMs, deleteHorizonMs } = record;
  const states = texts.components.log.tables.states;
  const fields: InspectorField[] = [
    { name: texts.inspector.key, value: key ?? texts.components.record.noKey, monospaced: true },
    { name: texts.inspector.timestamp, value: texts.seconds(record.timestampMs) },
    { name: words.age, value: texts.seconds(picture.atMs - record.timestampMs) },
    { name: words.appendedAt, value: texts.seconds(record.appendedAtMs) },
    { name: texts.inspector.segment, value: String(record.segment), monospaced: true },
    { name: words.state, value: states[state] },
  ];
  if (goneAtMs !== undefined) fields.push({ name: words.goneAt, value: texts.seconds(goneAtMs) });
  if (deleteHorizonMs !== undefined && reveal)
    fields.push({ name: words.deleteHorizon, value: texts.seconds(deleteHorizonMs) });
  return {
    title: words.record(offset),
    chip: { label: valueText(value), key },
    fields,
    value,
    bytes: value === null ? null : (stored?.value ?? new TextEncoder().encode(value)),
    batch: stored === undefined ? [] : storedFields(stored, texts),
    why: whySteps(inspected, [record.goneEvent, record.event]),
  };
}

function segmentSubject(
  inspected: InspectedLog,
  selection: Extract<LogSelection, { kind: 'segment' }>,
): InspectorSubject | undefined {
  const { picture, texts, reveal } = inspected;
  const segment = picture.segments.find(
    ({ baseOffset, createdAtMs }) => baseOffset === selection.segment && createdAtMs === selection.createdAtMs,
  );
  if (segment === undefined) return undefined;
  const words = texts.logInspector;
  const { retentionMs, segmentBytes } = picture.settings;
  const { largestTimestampMs, deleted } = segment;
  const fields: InspectorField[] = [
    { name: words.offsets, value: words.offsetsOf(segment.baseOffset, segment.endOffset), monospaced: true },
    { name: words.size, value: texts.components.log.size(segment.sizeInBytes, segmentBytes), monospaced: true },
    { name: words.createdAt, value: texts.seconds(segment.createdAtMs) },
  ];
  if (largestTimestampMs !== undefined) fields.push({ name: words.newest, value: texts.seconds(largestTimestampMs) });
  if (reveal && largestTimestampMs !== undefined && retentionMs !== undefined)
    fields.push({ name: words.mayGoAfter, value: texts.seconds(largestTimestampMs + retentionMs) });
  if (deleted !== undefined) {
    fields.push({ name: words.deletedAt, value: texts.seconds(deleted.atMs) });
    if (reveal) fields.push({ name: words.reason, value: texts.components.log.reason(deleted.reason) });
  }
  return {
    title: words.segment(segment.baseOffset),
    fields,
    batch: [],
    why: whySteps(inspected, [deleted?.event]),
  };
}

function passSubject(inspected: InspectedLog, event: number): InspectorSubject | undefined {
  const { picture, texts } = inspected;
  const pass = picture.passes.find((each) => each.event === event);
  if (pass === undefined) return undefined;
  const words = texts.logInspector;
  const log = texts.components.log;
  const number = (name: string, value: number): InspectorField => ({ name, value: String(value), monospaced: true });
  const fields: InspectorField[] = [
    { name: words.ratio, value: pass.cleanableRatio.toFixed(2), monospaced: true },
    ...(picture.settings.minCleanableDirtyRatio === undefined
      ? []
      : [number(words.threshold, picture.settings.minCleanableDirtyRatio)]),
    number(words.firstDirty, pass.firstDirtyOffset),
    number(words.firstUncleanable, pass.firstUncleanableOffset),
    { name: words.outcome, value: pass.isChosen ? log.chosen : log.notChosen },
  ];
  if (pass.cleaned !== undefined) {
    const { removed, bytesBefore, bytesAfter } = pass.cleaned;
    fields.push(
      { name: words.removed, value: removed.length === 0 ? log.tables.none : removed.join(', '), monospaced: true },
      { name: words.bytes, value: `${bytesBefore} → ${bytesAfter}`, monospaced: true },
    );
  }
  return {
    title: words.pass(pass.atMs),
    fields,
    batch: [],
    why: whySteps(inspected, [pass.cleaned?.event, pass.event]),
  };
}

/** From the newest of these events back to what caused them; none before reasons may be told. */
function whySteps(inspected: InspectedLog, events: readonly (number | undefined)[]): readonly WhyStep[] {
  const { trace, originMs, picture, texts, reveal } = inspected;
  if (!reveal) return [];
  const steps = new Map<number, WhyStep>();
  for (const event of events.flatMap((index) => (index === undefined ? [] : causeChain(trace, index)))) {
    const text = logSentenceOf(event, texts.logEvents, texts.components.log.reason);
    const atMs = event.at - originMs;
    if (text !== undefined && atMs <= picture.atMs) steps.set(event.index, { text, event: event.index, atMs });
  }
  return [...steps.values()];
}
