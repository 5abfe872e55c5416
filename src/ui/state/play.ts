import type { RunRecord, RunSpec } from '../../engine/scenario/run-spec.js';
import type { LogRunSpec } from '../../engine/scenario/log-run-spec.js';
import type { LogRunView } from '../../engine/scenario/log-run-view.js';
import type { RunView } from '../../engine/scenario/run-view.js';
import { compaction } from '../scenarios/compaction/scenario.js';
import { retention } from '../scenarios/retention/scenario.js';
import { threeWays } from '../scenarios/three-ways/scenario.js';
import type { PlayState } from './learner-journal.js';
import { logRun } from './log-run.js';
import { lanesRun } from './lanes-run.js';
import { countPredictions, ScenarioPlayer, type PlayerOptions } from './scenario-player.svelte.js';

/** The plays that the app knows, one a scenario; scenario 1 also on the learner's own records. */
export type PlayName = LanesPlayName | LogPlayName;
export type LanesPlayName = 'three-ways' | 'three-ways/own';
export type LogPlayName = 'retention' | 'compaction';

/** A scenario on lanes that share the same records. */
export type LanesPlayer = ScenarioPlayer<RunSpec, RunView>;

/** A scenario on one partition's log. */
export type LogPlayer = ScenarioPlayer<LogRunSpec, LogRunView>;

export interface LanesPlay {
  readonly kind: 'lanes';
  readonly name: LanesPlayName;
  readonly player: LanesPlayer;
}

export interface LogPlay {
  readonly kind: 'log';
  readonly name: LogPlayName;
  readonly player: LogPlayer;
}

/** A play that is open: its player, named by the kind of run that it shows. */
export type Play = LanesPlay | LogPlay;

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

/** The scenario of each play, as it is given. */
const scenarios = { 'three-ways': threeWays, 'three-ways/own': threeWays, retention, compaction } as const;

/** Whether `name` is that of a play. */
export function isPlayName(name: string | undefined): name is PlayName {
  return name !== undefined && Object.hasOwn(scenarios, name);
}

/** What the first page lists: the scenarios by their subject, and how long each takes. */
export const listedScenarios: readonly {
  readonly name: PlayName;
  readonly number: number;
  readonly subject: 'sharing' | 'storage';
  readonly minutes: number;
}[] = [
  { name: 'three-ways', number: 1, subject: 'sharing', minutes: 8 },
  { name: 'retention', number: 13, subject: 'storage', minutes: 6 },
  { name: 'compaction', number: 14, subject: 'storage', minutes: 7 },
];

/** A player at the beginning of its scenario. `records` are the learner's own, where the play is about those. */
export function newPlay(name: PlayName, options: Omit<PlayerOptions, 'name'>, records?: readonly RunRecord[]): Play {
  switch (name) {
    case 'retention':
    case 'compaction':
      return { kind: 'log', name, player: new ScenarioPlayer(scenarios[name](), logRun, { ...options, name }) };
    default:
      return { kind: 'lanes', name, player: new ScenarioPlayer(threeWays(records), lanesRun, { ...options, name }) };
  }
}

/** How many predictions of a play were made, in the state that it was left in. */
export function predictedIn(
  name: PlayName,
  state: PlayState | undefined,
): { readonly made: number; readonly of: number } {
  return countPredictions(scenarios[name](), state?.answers ?? {});
}

/** How far a play has come, in the state that it was left in. */
export function progressIn(name: PlayName, state: PlayState | undefined): 'new' | 'begun' | 'done' {
  const { steps } = scenarios[name]();
  const at = steps.findIndex(({ id }) => id === state?.step);
  if (at <= 0) return 'new';
  return at === steps.length - 1 ? 'done' : 'begun';
}

/** The learner's own records, as a play was left. */
export function recordsOf(state: PlayState | undefined): readonly RunRecord[] | undefined {
  return state !== undefined && 'records' in state.spec ? state.spec.records : undefined;
}
