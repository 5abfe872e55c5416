import type { LaneId, RunSpec } from '../../engine/scenario/run-spec.js';
import type { RunView } from '../../engine/scenario/run-view.js';

/** A widespread wrong idea; its text is in `scenarios/misconceptions.ts`. */
export type MisconceptionId = 'M1' | 'M2' | 'M4' | 'M5' | 'M9' | 'M29' | 'M30';

/** The stations of every scenario, in their sequence. */
export const phases = ['set-up', 'predict', 'run', 'observe', 'explain', 'vary', 'play'] as const;
export type Phase = (typeof phases)[number];

/** A guided scenario as data. Its texts lie beside it, one file a language. */
export interface Scenario<StepId extends string = string, QuestionId extends string = string> {
  readonly id: string;
  /** Its number in the list of scenarios. */
  readonly number: number;
  /** The cluster, the actors with their speeds, and the script, as the learner finds them. */
  readonly spec: RunSpec;
  readonly steps: readonly Step<StepId, QuestionId>[];
  readonly questions: Readonly<Record<QuestionId, Question>>;
  /** What free play asks for. */
  readonly challenge: Challenge;
  /** What the learner may change once the story is told. */
  readonly variations: readonly Variation[];
}

export interface Step<StepId extends string = string, QuestionId extends string = string> {
  readonly id: StepId;
  readonly phase: Phase;
  readonly lanes: readonly LaneId[];
  readonly question?: QuestionId;
}

/**
 * `prediction`: asked before the run, judged by it. `observation`: what did you see? `guarantee`: which of these makes it impossible?
 * Several options of an observation or guarantee may hold; a guarantee is answered with all that do.
 */
export interface Question {
  readonly kind: 'prediction' | 'observation' | 'guarantee';
  /** The options, from the spec and its finished run (the page learns nothing from them but their values). */
  readonly options: (spec: RunSpec, outcome: RunView) => readonly Option[];
}

export interface Option {
  readonly id: string;
  /** The numbers that the text of the option names. */
  readonly values: readonly number[];
  /** What somebody believes who chooses it. */
  readonly misconception?: MisconceptionId;
  /** Whether the finished run bears it out. */
  readonly holds: (outcome: RunView, spec: RunSpec) => boolean;
  /** Of a guarantee: a run that shows the option at work, and, if it does not hold, refutes it. */
  readonly trial?: (spec: RunSpec) => RunSpec;
}

export interface Challenge {
  readonly isMet: (outcome: RunView) => boolean;
  /** After so many runs that did not meet it, a hint is offered. */
  readonly hintAfter: number;
}

export type Variation =
  | 'worker-speeds'
  | 'exclusive'
  | 'late-subscriber'
  | 'members'
  | 'member-speeds'
  | 'late-group'
  | 'partitions'
  | 'keys'
  | 'interval'
  | 'seed';
