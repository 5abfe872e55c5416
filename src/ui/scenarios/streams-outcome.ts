import type { RunRecord } from '../../engine/scenario/run-spec.js';
import type { RunApplication, StreamsRunSpec } from '../../engine/scenario/streams-run-spec.js';
import type {
  ApplicationView,
  ProcessedView,
  StoreRow,
  StreamsCell,
  StreamsRunView,
  StreamsTopicView,
} from '../../engine/scenario/streams-run-view.js';
import type { Question, Scenario } from './scenario.js';
import type { ScenarioTexts } from './scenario-texts.js';

/** What a learner can change in a run of applications; where it is a config of Kafka's, by its name. */
export type StreamsSettingName =
  | 'commit.interval.ms'
  | 'statestore.cache.max.bytes'
  | 'session.timeout.ms'
  | 'num.standby.replicas'
  | 'windows'
  | 'window-size'
  | 'window-grace'
  | 'final-only'
  | 'changelog'
  | 'reorder-below'
  | 'opening-stock'
  | 'join'
  | 'join-window'
  | 'repartition';

/** One thing that a scenario lets be changed, of one of its applications. */
export interface StreamsVariation {
  readonly setting: StreamsSettingName;
  readonly application: string;
}

/** A scenario on streams applications. */
export interface StreamsScenario<StepId extends string = string, QuestionId extends string = string> extends Scenario<
  StepId,
  QuestionId,
  StreamsRunSpec,
  StreamsRunView
> {
  /** What can be changed in the steps that let it be changed. */
  readonly variations: readonly StreamsVariation[];
}
export type StreamsQuestion = Question<StreamsRunSpec, StreamsRunView>;
export type StreamsScenarioTexts<StepId extends string = string, QuestionId extends string = string> = ScenarioTexts<
  StepId,
  QuestionId,
  StreamsRunSpec,
  StreamsRunView
>;

/** An application of a view; throws if the run has none of that id. */
export function applicationOf({ applications }: StreamsRunView, application: string): ApplicationView {
  return found(
    applications.find((each) => each.application === application),
    `application '${application}'`,
    applications.map((each) => each.application),
  );
}

/** A topic of a view; undefined if it is not there, or not yet. */
export function topicOf({ topics }: StreamsRunView, topic: string): StreamsTopicView | undefined {
  return topics.find((each) => each.topic === topic);
}

/** What a topic holds or held, in the sequence in which it was stored. */
export function cellsOf(view: StreamsRunView, topic: string): readonly StreamsCell[] {
  const cells = topicOf(view, topic)?.partitions.flatMap((partition) => partition.cells) ?? [];
  return [...cells].sort((a, b) => a.storedAtMs - b.storedAtMs || a.event - b.event || a.offset - b.offset);
}

/** What a topic had been given up to a moment, from a view at that moment or later. */
export function cellsUntil(view: StreamsRunView, topic: string, atMs: number): readonly StreamsCell[] {
  return cellsOf(view, topic).filter(({ storedAtMs }) => storedAtMs <= atMs);
}

/** What an application's tasks took, in the sequence in which they did. */
export function processedBy(view: StreamsRunView, application: string): readonly ProcessedView[] {
  return applicationOf(view, application)
    .tasks.flatMap(({ processed }) => processed)
    .sort((a, b) => a.atMs - b.atMs || a.event - b.event);
}

/** The rows of a store in all of an application's tasks. */
export function rowsOf(view: StreamsRunView, application: string, store: string): readonly StoreRow[] {
  const { tasks, globalStores } = applicationOf(view, application);
  return [...tasks.flatMap(({ stores }) => stores), ...globalStores].flatMap((each) =>
    each.store === store ? each.rows : [],
  );
}

/** The records that the script sends, in their sequence. */
export function streamsSendsOf({ script }: StreamsRunSpec): readonly RunRecord[] {
  return script.flatMap((step) => (step.does === 'send' ? [{ key: step.key, value: step.value ?? '' }] : []));
}

/** The application of a spec; throws if the spec has none of that id. */
export function applicationSpecOf({ applications }: StreamsRunSpec, application: string): RunApplication {
  return found(
    applications.find((each) => each.application === application),
    `application '${application}'`,
    applications.map((each) => each.application),
  );
}

/** `spec` with one of its applications changed. */
export function withApplication(
  spec: StreamsRunSpec,
  application: string,
  change: (application: RunApplication) => RunApplication,
): StreamsRunSpec {
  return {
    ...spec,
    applications: spec.applications.map((each) => (each.application === application ? change(each) : each)),
  };
}

/** `view` with some of its applications alone, and the topics that they read, write and make. */
export function withApplicationsShown(
  view: StreamsRunView,
  applications: readonly string[] | undefined,
): StreamsRunView {
  if (applications === undefined) return view;
  const shown = view.applications.filter(({ application }) => applications.includes(application));
  const used = new Set(shown.flatMap(({ nodes }) => nodes.flatMap(({ topics }) => topics)));
  return {
    ...view,
    applications: shown,
    topics: view.topics.filter(({ topic, application }) =>
      application === undefined ? used.has(topic) : applications.includes(application),
    ),
  };
}

function found<Value>(value: Value | undefined, what: string, there: readonly string[]): Value {
  if (value === undefined) throw new Error(`The run has no ${what}; it has ${there.join(', ')}.`);
  return value;
}
