import type { RecordedEvent } from '../../engine/environment/trace-events.js';
import { causeChain } from '../../engine/scenario/cause-chain.js';
import type { StoredRecord } from '../../engine/scenario/stored-record.js';
import type { StreamsRunSpec } from '../../engine/scenario/streams-run-spec.js';
import type { EventTimeWindow, StreamsRunView } from '../../engine/scenario/streams-run-view.js';
import type { InspectorField, InspectorSubject, WhyStep } from '../components/panel-props.js';
import { shortValue } from '../components/streams/record-words.js';
import type { StreamsSelection } from '../components/streams/streams-stage-props.js';
import type { AppTexts } from '../texts/app-texts.js';
import type { StreamsAppTexts } from '../texts/streams-app-texts.js';
import { storedFields } from './inspector-subject.js';
import { streamsSentenceOf, type StreamsEventNames } from './streams-sentences.js';

/** What the inspector is told about what is picked out of a run of applications. */
export interface InspectedStreams {
  readonly selection: StreamsSelection;
  readonly spec: StreamsRunSpec;
  readonly picture: StreamsRunView;
  /** Everything simulated so far: chains of causes look back only. */
  readonly trace: readonly RecordedEvent[];
  readonly originMs: number;
  /** Whether reasons may be told. */
  readonly reveal: boolean;
  /** What lies in the log of a record, once it was read back. */
  readonly stored: StoredRecord | undefined;
  readonly texts: AppTexts;
  readonly words: StreamsAppTexts;
  readonly names: StreamsEventNames;
}

type Of<Kind extends StreamsSelection['kind']> = Extract<StreamsSelection, { kind: Kind }>;

/** Everything about what is picked out, in words; undefined if it is not there at the moment that is shown. */
export function streamsInspectorSubject(inspected: InspectedStreams): InspectorSubject | undefined {
  const { selection } = inspected;
  switch (selection.kind) {
    case 'record':
      return recordSubject(inspected, selection);
    case 'processed':
      return processedSubject(inspected, selection);
    case 'span':
      return spanSubject(inspected, selection);
    case 'life':
      return lifeSubject(inspected, selection);
    case 'row':
      return rowSubject(inspected, selection);
    case 'node':
      return nodeSubject(inspected, selection);
    case 'action':
      return actionSubject(inspected, selection);
  }
}

const mono = (name: string, value: string | number): InspectorField => ({
  name,
  value: String(value),
  monospaced: true,
});

function windowField({ words }: InspectedStreams, window: EventTimeWindow | undefined): readonly InspectorField[] {
  return window === undefined ? [] : [{ name: words.inspector.window, value: words.stage.windowName(window) }];
}

function recordSubject(inspected: InspectedStreams, { topic, partition, offset }: Of<'record'>) {
  const { picture, texts, words, stored } = inspected;
  const cell = picture.topics
    .find((each) => each.topic === topic)
    ?.partitions.find((each) => each.partition === partition)
    ?.cells.find((each) => each.offset === offset);
  if (cell === undefined) return undefined;
  const { key, value, window, timestampMs, storedAtMs, event } = cell;
  return {
    title: words.inspector.record(topic, partition, offset),
    chip: { label: key ?? shortValue(value), key },
    fields: [
      mono(texts.inspector.key, key ?? texts.components.record.noKey),
      ...windowField(inspected, window),
      { name: texts.inspector.timestamp, value: texts.seconds(timestampMs) },
      { name: words.inspector.storedAt, value: texts.seconds(storedAtMs) },
    ],
    value,
    bytes: stored?.value ?? undefined,
    batch: stored === undefined ? [] : storedFields(stored, texts),
    why: whySteps(inspected, [event]),
  };
}

function taskAt({ picture }: InspectedStreams, application: string, task: string) {
  return picture.applications
    .find((each) => each.application === application)
    ?.tasks.find((each) => each.task === task);
}

function processedSubject(inspected: InspectedStreams, { application, task, event }: Of<'processed'>) {
  const { texts, words } = inspected;
  const record = taskAt(inspected, application, task)?.processed.find((each) => each.event === event);
  if (record === undefined) return undefined;
  const { topic, partition, offset, key, value, timestampMs, streamTimeMs, atMs, instance, isAgain, drops } = record;
  const own = words.inspector;
  const outcome = drops.length > 0 ? own.dropped : isAgain ? own.again : own.taken;
  return {
    title: own.record(topic, partition, offset),
    chip: { label: key ?? shortValue(value), key },
    fields: [
      mono(own.task, task),
      mono(own.instance, instance),
      { name: own.takenAt, value: texts.seconds(atMs) },
      { name: texts.inspector.timestamp, value: texts.seconds(timestampMs) },
      { name: own.streamTime, value: texts.seconds(streamTimeMs) },
      { name: own.outcome, value: outcome },
      ...drops.flatMap(({ node, reason, window }) => [
        mono(own.droppedBy, `${node}: ${reason}`),
        ...windowField(inspected, window),
      ]),
    ],
    value,
    batch: [],
    why: whySteps(inspected, [...drops.map((drop) => drop.event), event]),
  };
}

function spanSubject(inspected: InspectedStreams, { application, task, event }: Of<'span'>) {
  const { texts, words } = inspected;
  const span = taskAt(inspected, application, task)?.spans.find((each) => each.event === event);
  if (span === undefined) return undefined;
  const own = words.inspector;
  const fields: InspectorField[] = [
    mono(own.instance, span.instance),
    { name: own.role, value: own.roles[span.role] },
    { name: own.assignedAt, value: texts.seconds(span.fromMs) },
  ];
  if (span.restoredAtMs !== undefined)
    fields.push(
      { name: own.restoredAt, value: texts.seconds(span.restoredAtMs) },
      { name: own.restoredFrom, value: own.records(span.restoredRecords) },
    );
  if (span.toMs !== undefined) fields.push({ name: own.endedAt, value: texts.seconds(span.toMs) });
  if (span.end !== undefined) fields.push({ name: own.reason, value: own.ends[span.end] });
  return { title: own.taskTitle(task), fields, batch: [], why: whySteps(inspected, [event]) };
}

function lifeSubject(inspected: InspectedStreams, { application, instance, event }: Of<'life'>) {
  const { picture, texts, words } = inspected;
  const found = picture.applications
    .find((each) => each.application === application)
    ?.instances.find((each) => each.instance === instance);
  const life = found?.lives.find((each) => each.event === event);
  if (found === undefined || life === undefined) return undefined;
  const own = words.inspector;
  const fields: InspectorField[] = [{ name: own.startedAt, value: texts.seconds(life.fromMs) }];
  if (life.toMs !== undefined) fields.push({ name: own.endedAt, value: texts.seconds(life.toMs) });
  fields.push({ name: own.state, value: words.stage.tasks.condition[life.end ?? found.condition] });
  if (life.end === 'failed' && found.error !== undefined)
    fields.push(mono(own.error, found.error.code), { name: own.message, value: found.error.message });
  return { title: instance, fields, batch: [], why: whySteps(inspected, [event]) };
}

function rowSubject(inspected: InspectedStreams, { application, task, store, row: id }: Of<'row'>) {
  const { picture, texts, words } = inspected;
  const view = picture.applications.find((each) => each.application === application);
  const stores = task === null ? view?.globalStores : taskAt(inspected, application, task)?.stores;
  const found = stores?.find((each) => each.store === store);
  const row = found?.rows.find((each) => each.id === id);
  if (found === undefined || row === undefined) return undefined;
  const own = words.inspector;
  return {
    title: own.storeTitle(store),
    chip: { label: row.key, key: row.key },
    fields: [
      mono(texts.inspector.key, row.key),
      ...windowField(inspected, row.window),
      { name: texts.inspector.timestamp, value: texts.seconds(row.timestampMs) },
      { name: own.changedAt, value: texts.seconds(row.changedAtMs) },
      mono(own.changelog, found.changelog ?? words.stage.tables.none),
    ],
    value: row.value,
    batch: [],
    why: whySteps(inspected, [row.event]),
  };
}

function nodeSubject({ picture, words }: InspectedStreams, { application, node }: Of<'node'>) {
  const view = picture.applications.find((each) => each.application === application);
  if (view === undefined) return undefined;
  const own = words.inspector;
  const [, topic] = /^topic (.*)$/.exec(node) ?? [];
  if (topic !== undefined) {
    const found = picture.topics.find((each) => each.topic === topic);
    const cells = found?.partitions.flatMap((partition) => partition.cells) ?? [];
    return {
      title: topic,
      fields: [
        { name: own.role, value: found === undefined ? words.stage.tables.none : words.stage.topics.role[found.role] },
        mono(own.partitions, found?.partitions.length ?? 0),
        mono(own.recordCount, cells.length),
      ],
      batch: [],
      why: [],
    };
  }
  const found = view.nodes.find((each) => `node ${each.subTopology} ${each.name}` === node);
  if (found === undefined) return undefined;
  return {
    title: found.name,
    fields: [
      { name: own.subTopology, value: found.subTopology < 0 ? words.stage.globalPart : String(found.subTopology) },
      mono(own.stores, found.stores.join(', ') || words.stage.tables.none),
      mono(own.next, found.children.join(', ') || words.stage.tables.none),
    ],
    batch: [],
    why: [],
  };
}

function actionSubject(inspected: InspectedStreams, { step }: Of<'action'>) {
  const { picture, spec, texts, words } = inspected;
  const action = picture.actions.find((each) => each.step === step);
  const asked = spec.script[step];
  if (action === undefined || asked === undefined) return undefined;
  const own = words.inspector;
  const fields: InspectorField[] = [{ name: own.askedAt, value: texts.seconds(action.atMs) }];
  if (action.answeredAtMs !== undefined)
    fields.push({ name: own.answeredAt, value: texts.seconds(action.answeredAtMs) });
  if (action.refused !== undefined)
    fields.push(mono(own.error, action.refused.code), { name: own.message, value: action.refused.message });
  return { title: words.stage.action(asked), fields, batch: [], why: whySteps(inspected, [action.event]) };
}

/** From these events back to what caused them; none before reasons may be told. */
function whySteps(inspected: InspectedStreams, events: readonly number[]): readonly WhyStep[] {
  const { trace, originMs, picture, names, reveal } = inspected;
  if (!reveal) return [];
  const steps = new Map<number, WhyStep>();
  for (const event of events.flatMap((index) => causeChain(trace, index))) {
    const text = streamsSentenceOf(event, names);
    if (text !== undefined && event.at - originMs <= picture.atMs)
      steps.set(event.index, { text, event: event.index, atMs: event.at - originMs });
  }
  return [...steps.values()];
}
