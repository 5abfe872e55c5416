import { causeChain } from '../../engine/scenario/cause-chain.js';
import { partitionForKey } from '../../engine/protocol/murmur2.js';
import type { RunSpec } from '../../engine/scenario/run-spec.js';
import type { ActorView, Handling, LaneView, Overtaking, RunView } from '../../engine/scenario/run-view.js';
import type { StoredRecord } from '../../engine/scenario/stored-record.js';
import type { RecordedEvent } from '../../engine/environment/trace-events.js';
import type { InspectorField, InspectorSubject, WhyStep } from '../components/panel-props.js';
import type { Selection } from '../components/stage-props.js';
import type { AppTexts } from '../texts/app-texts.js';
import { sentenceOf, type EventNames } from './event-sentences.js';

/** What the inspector is told about the record that is picked out. */
export interface Inspected {
  readonly selection: Selection;
  readonly spec: RunSpec;
  readonly view: RunView;
  /** Everything simulated so far: chains of causes look back only. */
  readonly trace: readonly RecordedEvent[];
  readonly originMs: number;
  /** Whether sequence, and why, may be told. */
  readonly reveal: boolean;
  /** What lies in the log, once it was read back. */
  readonly stored: StoredRecord | undefined;
  readonly title: string;
  readonly label: (record: number) => string;
  readonly texts: AppTexts;
}

/** Where a record of the topic lane lies; undefined if it is not stored yet, or the lane is not shown. */
export function placeOf(
  view: RunView,
  record: number,
): { readonly partition: number; readonly offset: number } | undefined {
  for (const lane of view.lanes) {
    if (lane.lane !== 'topic') continue;
    for (const { partition, cells } of lane.partitions) {
      const cell = cells.find((each) => each.record === record);
      if (cell !== undefined) return { partition, offset: cell.offset };
    }
  }
  return undefined;
}

/** Everything about the record that is picked out, in words. */
export function inspectorSubject(inspected: Inspected): InspectorSubject {
  const { selection, spec, stored, title, label, texts } = inspected;
  const record = spec.records[selection.record];
  return {
    title,
    chip: { label: label(selection.record), key: record?.key ?? null },
    fields: [...recordFields(inspected), ...handlingFields(inspected)],
    value: record?.value,
    bytes: stored === undefined ? (record === undefined ? null : new TextEncoder().encode(record.value)) : stored.value,
    batch: stored === undefined ? [] : storedFields(stored, texts),
    why: inspected.reveal ? whySteps(inspected) : [],
  };
}

function recordFields({ selection, spec, view, texts }: Inspected): readonly InspectorField[] {
  const sent = view.sent.find(({ record }) => record === selection.record);
  const place = placeOf(view, selection.record);
  const key = spec.records[selection.record]?.key ?? null;
  const topic = spec.lanes.find((lane) => lane.lane === 'topic');
  const fields: InspectorField[] = [
    { name: texts.inspector.key, value: key ?? texts.components.record.noKey, monospaced: true },
    { name: texts.inspector.sentAt, value: sent === undefined ? texts.inspector.notSent : texts.seconds(sent.atMs) },
  ];
  if (place !== undefined) {
    fields.push(
      { name: texts.inspector.partition, value: String(place.partition), monospaced: true },
      { name: texts.inspector.offset, value: String(place.offset), monospaced: true },
    );
  }
  if (key !== null && topic?.lane === 'topic' && topic.keyed && place !== undefined) {
    const partition = partitionForKey(new TextEncoder().encode(key), topic.partitions);
    fields.push({
      name: texts.inspector.keyPartition,
      value: texts.inspector.partitionOfKey(key, partition, topic.partitions),
      monospaced: true,
    });
  }
  return fields;
}

interface Found {
  readonly lane: LaneView;
  readonly actor: ActorView;
  readonly handling: Handling;
}

/** The handlings of the record: of the bar that was picked, or of all who had it. */
function handlingsOf({ selection, view }: Inspected): readonly Found[] {
  return view.lanes
    .filter(({ lane }) => selection.lane === undefined || lane === selection.lane)
    .flatMap((lane) =>
      lane.actors
        .filter(({ actor }) => selection.actor === undefined || actor === selection.actor)
        .flatMap((actor) =>
          actor.handlings
            .filter(({ record }) => record === selection.record)
            .map((handling) => ({ lane, actor, handling })),
        ),
    );
}

function handlingFields(inspected: Inspected): readonly InspectorField[] {
  const { texts, reveal, label } = inspected;
  const words = texts.inspector;
  return handlingsOf(inspected).flatMap(({ lane, actor, handling }) => {
    const to = handling.toMs === undefined ? words.inHand : texts.seconds(handling.toMs);
    const fields: InspectorField[] = [
      { name: words.deliveredTo, value: texts.components.actor.name(lane.lane, actor.actor, actor.group) },
      { name: words.handled, value: `${texts.seconds(handling.fromMs)} – ${to}` },
    ];
    if (handling.attempt > 1) fields.push({ name: words.attempt, value: String(handling.attempt) });
    if (!reveal) return fields;
    for (const overtaking of overtakingsOf(lane, handling.record, actor)) {
      const overtook = overtaking.later === handling.record;
      fields.push({
        name: overtook ? words.overtook : words.overtakenBy,
        value: label(overtook ? overtaking.earlier : overtaking.later),
      });
      if (overtaking.byMs !== undefined) fields.push({ name: words.by, value: texts.seconds(overtaking.byMs) });
    }
    return fields;
  });
}

function overtakingsOf(lane: LaneView, record: number, actor: ActorView): readonly Overtaking[] {
  return lane.verdicts
    .flatMap(({ overtakings }) => overtakings)
    .filter(
      ({ earlier, later, earlierActor, laterActor }) =>
        (later === record && laterActor === actor.actor) || (earlier === record && earlierActor === actor.actor),
    );
}

/** What lies in the log of a record, beside its value. */
export function storedFields(stored: StoredRecord, texts: AppTexts): readonly InspectorField[] {
  const words = texts.inspector;
  const field = (name: string, value: string): InspectorField => ({ name, value, monospaced: true });
  return [
    field(words.batchBaseOffset, String(stored.batchBaseOffset)),
    field(words.batchBytes, texts.components.inspector.byteCount(stored.batchBytes)),
    field(words.crc, stored.crc.toString(16).padStart(8, '0')),
    field(words.leaderEpoch, String(stored.leaderEpoch)),
    field(words.producerId, String(stored.producerId)),
    field(words.timestamp, new Date(stored.timestamp).toISOString()),
    field(words.segment, String(stored.segmentBaseOffset).padStart(20, '0')),
    ...stored.headers.map(({ key, value }) => field(key, value === null ? 'null' : new TextDecoder().decode(value))),
  ];
}

/** From the newest event about the record back to the command; then what overtook, or was overtaken. */
function whySteps(inspected: Inspected): readonly WhyStep[] {
  const { trace, originMs, texts, label, view } = inspected;
  const names: EventNames = { texts: texts.events, label, actor: texts.components.actor.name, view };
  const found = handlingsOf(inspected).at(-1);
  if (found === undefined) return [];
  const others = overtakingsOf(found.lane, found.handling.record, found.actor).flatMap(({ evidence }) => evidence);
  const chain = causeChain(trace, found.handling.handledEvent ?? found.handling.deliveryEvent);
  const events = [...chain, ...others.flatMap((index) => trace[index] ?? [])];
  const steps = new Map<number, WhyStep>();
  for (const event of events) {
    const text = sentenceOf(event, names);
    if (text !== undefined && event.at - originMs <= view.atMs)
      steps.set(event.index, { text, event: event.index, atMs: event.at - originMs });
  }
  return [...steps.values()];
}
