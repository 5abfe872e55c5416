import type { GroupRunSpec } from '../../engine/scenario/group-run-spec.js';
import type { GroupRunView } from '../../engine/scenario/group-run-view.js';
import type { LogRunSpec } from '../../engine/scenario/log-run-spec.js';
import type { LogRunView } from '../../engine/scenario/log-run-view.js';
import type { RunRecord, RunSpec } from '../../engine/scenario/run-spec.js';
import type { RunView } from '../../engine/scenario/run-view.js';
import type { StreamsRunSpec } from '../../engine/scenario/streams-run-spec.js';
import type { StreamsRunView } from '../../engine/scenario/streams-run-view.js';
import { catalogue, type ListedScenario, type ScenarioName } from '../scenarios/catalogue.js';
import type { GroupScenarioTexts, GroupVariation } from '../scenarios/group-outcome.js';
import type { ScenarioTexts } from '../scenarios/scenario-texts.js';
import type { StreamsScenarioTexts, StreamsVariation } from '../scenarios/streams-outcome.js';
import { movementsOf } from '../scenarios/retail-desk/movements.js';
import type { Language } from '../texts/languages.js';
import type { LearnerAnswer, PlayState } from './learner-journal.js';
import type { PlayerOptions, ScenarioPlayer } from './scenario-player.svelte.js';

/** Scenarios on the learner's own records, by the name of their play: the scenario, and where records are given to it. */
export const ownPlays = {
  'three-ways/own': { scenario: 'three-ways', entry: 'own-records' },
  'retail-desk/own': { scenario: 'retail-desk', entry: 'own-sales' },
} as const satisfies Readonly<Record<string, { readonly scenario: ScenarioName; readonly entry: string }>>;

export type OwnPlayName = keyof typeof ownPlays;

/** The plays that the app knows, one a scenario; some scenarios also on the learner's own records. */
export type PlayName = ScenarioName | OwnPlayName;

/** A scenario that is open, on runs of one kind. */
export interface OpenedPlay<Kind extends string, Player, Texts> {
  readonly kind: Kind;
  readonly player: Player;
  readonly texts: Readonly<Record<Language, Texts>>;
}

/** A scenario on lanes that share the same records. */
export type LanesPlayer = ScenarioPlayer<RunSpec, RunView>;
export type LanesPlay = OpenedPlay<'lanes', LanesPlayer, ScenarioTexts<string, string>>;

/** A scenario on one partition's log. */
export type LogPlayer = ScenarioPlayer<LogRunSpec, LogRunView>;
export type LogPlay = OpenedPlay<'log', LogPlayer, ScenarioTexts<string, string, LogRunSpec, LogRunView>>;

/** A scenario on consumer groups. */
export type GroupPlayer = ScenarioPlayer<GroupRunSpec, GroupRunView>;
export interface GroupPlay extends OpenedPlay<'group', GroupPlayer, GroupScenarioTexts> {
  /** What can be changed. */
  readonly variations: readonly GroupVariation[];
  /** Committed offsets can be dragged, where the story lets something be changed. */
  readonly isOffsetDragged: boolean;
}

/** A scenario on streams applications. */
export type StreamsPlayer = ScenarioPlayer<StreamsRunSpec, StreamsRunView>;
export interface StreamsPlay extends OpenedPlay<'streams', StreamsPlayer, StreamsScenarioTexts> {
  /** What can be changed. */
  readonly variations: readonly StreamsVariation[];
  /** The records are the learner's own. */
  readonly isOwn: boolean;
}

/** A play that is open: its player, named by the kind of run that it shows. */
export type Play = LanesPlay | LogPlay | GroupPlay | StreamsPlay;

/** Opens a play at the beginning of its scenario. `records` are the learner's own, where the play is about those. */
export type OpenPlay<Opened extends Play = Play> = (options: PlayerOptions, records?: readonly RunRecord[]) => Opened;

/** Whatever the kind of its run, a player can be opened, kept, told of and closed alike. */
export interface AnyPlayer {
  start(state?: PlayState): Promise<void>;
  follow(state: PlayState): Promise<void>;
  keep(whilePlaying?: boolean): void;
  pause(): void;
  close(): Promise<void>;
  readonly state: PlayState;
  readonly playback: { readonly headMs: number; readonly speed: number };
}

/** A scenario is loaded, with its words, when it is opened. */
const loaders: Readonly<Record<ScenarioName, () => Promise<{ readonly open: OpenPlay }>>> = {
  'three-ways': () => import('./plays/three-ways.js'),
  'fourth-consumer': () => import('./plays/fourth-consumer.js'),
  order: () => import('./plays/order.js'),
  'add-partition': () => import('./plays/add-partition.js'),
  'read-again': () => import('./plays/read-again.js'),
  reset: () => import('./plays/reset.js'),
  rewind: () => import('./plays/rewind.js'),
  crash: () => import('./plays/crash.js'),
  'too-slow': () => import('./plays/too-slow.js'),
  rebalance: () => import('./plays/rebalance.js'),
  retention: () => import('./plays/retention.js'),
  compaction: () => import('./plays/compaction.js'),
  'price-table': () => import('./plays/price-table.js'),
  'retail-desk': () => import('./plays/retail-desk.js'),
  'silent-joins': () => import('./plays/silent-joins.js'),
  'late-window': () => import('./plays/late-window.js'),
};

/** Loads what opens a play. */
export async function loadPlay(name: PlayName): Promise<OpenPlay> {
  return (await loaders[scenarioNameOf(name)]()).open;
}

/** Whether `name` is that of a play. */
export function isPlayName(name: string | undefined): name is PlayName {
  return isOwnPlay(name) || (name !== undefined && Object.hasOwn(catalogue, name));
}

/** What is known of a play's scenario before it is loaded. */
export function scenarioOf(name: PlayName): ListedScenario {
  return catalogue[scenarioNameOf(name)];
}

/** Whether a play is about the learner's own records. */
export function isOwnPlay(name: string | undefined): name is OwnPlayName {
  return name !== undefined && Object.hasOwn(ownPlays, name);
}

function scenarioNameOf(name: PlayName): ScenarioName {
  return isOwnPlay(name) ? ownPlays[name].scenario : name;
}

/** How many of the questions `predictions` were answered, and not skipped. */
export function countPredictions(
  predictions: readonly string[],
  answers: Readonly<Record<string, LearnerAnswer>>,
): { readonly made: number; readonly of: number } {
  const made = predictions.filter((id) => {
    const answer = answers[id];
    return answer !== undefined && 'chosen' in answer;
  });
  return { made: made.length, of: predictions.length };
}

/** How many predictions of a play were made, in the state that it was left in. */
export function predictedIn(
  name: PlayName,
  state: PlayState | undefined,
): { readonly made: number; readonly of: number } {
  return countPredictions(scenarioOf(name).predictions, state?.answers ?? {});
}

/** How far a play has come, in the state that it was left in. */
export function progressIn(name: PlayName, state: PlayState | undefined): 'new' | 'begun' | 'done' {
  const { firstStep, lastStep } = scenarioOf(name);
  if (state === undefined || state.step === firstStep) return 'new';
  return state.step === lastStep ? 'done' : 'begun';
}

/** The learner's own records, as a play was left. */
export function recordsOf(state: PlayState | undefined): readonly RunRecord[] | undefined {
  if (state === undefined) return undefined;
  const { spec } = state;
  if ('records' in spec) return spec.records;
  return spec.kind === 'streams' ? movementsOf(spec) : undefined;
}
