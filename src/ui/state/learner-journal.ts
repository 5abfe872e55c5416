import type { HostedSpec } from './run-kind.js';

/** Where the learner's progress is kept: a compacted topic of the app's own log. */
export interface LearnerJournal {
  /** The newest state that was saved; undefined on a first visit. */
  load(): Promise<LearnerState | undefined>;
  /** Keeps `state` as the newest. Writes in the background, in the sequence of the calls. */
  save(state: LearnerState): void;
}

/** Everything that must survive a reload. Plain data: it is written as JSON. */
export interface LearnerState {
  readonly settings: LearnerSettings;
  /** One entry a play: a scenario's id for the scenario on its own records, `<scenario>/own` on the learner's. */
  readonly plays: Readonly<Record<string, PlayState>>;
}

export interface LearnerSettings {
  readonly language: 'en' | 'zh-Hans';
  readonly theme: 'auto' | 'light' | 'dark';
  readonly presenter: boolean;
  readonly singleKeys: boolean;
}

/** One learner's way through one scenario. */
export interface PlayState<Spec = HostedSpec> {
  readonly scenario: string;
  readonly step: string;
  readonly answers: Readonly<Record<string, LearnerAnswer>>;
  /** The run as it is configured now, with all lanes; dragged bars are its overrides. */
  readonly spec: Spec;
  /** The database that the run of this step is kept in. */
  readonly database: string;
  readonly headMs: number;
  /** The furthest that the learner has seen of this step's run. */
  readonly seenMs: number;
  readonly playing: boolean;
  readonly speed: number;
  /** How often free play was tried without meeting its goal. */
  readonly tries: number;
}

/** What was answered: the ids of the options that were chosen, or that the learner would rather not say. */
export type LearnerAnswer = { readonly chosen: readonly string[] } | { readonly skipped: true };
