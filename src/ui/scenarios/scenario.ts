import type { Millis } from '../../engine/environment/environment.js';
import type { LaneId, RunSpec } from '../../engine/scenario/run-spec.js';
import type { RunView } from '../../engine/scenario/run-view.js';

/** A widespread wrong idea; what is true instead is said by the texts of each scenario that meets it. */
export type MisconceptionId =
  | 'M1'
  | 'M2'
  | 'M3'
  | 'M4'
  | 'M5'
  | 'M6'
  | 'M7'
  | 'M8'
  | 'M9'
  | 'M10'
  | 'M11'
  | 'M12'
  | 'M13'
  | 'M14'
  | 'M15'
  | 'M16'
  | 'M21'
  | 'M22'
  | 'M23'
  | 'M24'
  | 'M28'
  | 'M29'
  | 'M30';

/** The stations of every scenario, in their sequence. */
export const phases = ['set-up', 'predict', 'run', 'observe', 'explain', 'vary', 'play'] as const;
export type Phase = (typeof phases)[number];

/** A guided scenario as data, on runs of one kind: `Spec` configures them and `View` is what they look like. Its texts lie beside it, one file a language. */
export interface Scenario<
  StepId extends string = string,
  QuestionId extends string = string,
  Spec = RunSpec,
  View = RunView,
> {
  readonly id: string;
  /** The cluster, the actors with their speeds, and the script, as the learner finds them. */
  readonly spec: Spec;
  readonly steps: readonly Step<StepId, QuestionId>[];
  readonly questions: Readonly<Record<QuestionId, Question<Spec, View>>>;
  /** What free play asks for. */
  readonly challenge: Challenge<Spec, View>;
}

export interface Step<StepId extends string = string, QuestionId extends string = string> {
  readonly id: StepId;
  readonly phase: Phase;
  /** Of a run that has lanes: those that the step shows. Steps that show the same go on in one run. */
  readonly lanes?: readonly LaneId[];
  /** Of a run that has groups: those that the step shows, with the topics that they read; all if absent. Steps that show the same go on in one run. */
  readonly groups?: readonly string[];
  /** Of a `run` step: the run is shown up to this moment (run time) and stands there until the next run step; without it, to its end. */
  readonly untilMs?: Millis;
  readonly question?: QuestionId;
}

/**
 * `prediction`: asked before the run, judged by it. `observation`: what did you see? `guarantee`: which of these makes it impossible?
 * Several options of an observation or guarantee may hold; a guarantee is answered with all that do.
 */
export interface Question<Spec = RunSpec, View = RunView> {
  readonly kind: 'prediction' | 'observation' | 'guarantee';
  /**
   * How it is answered; `choice` if absent. `number`: a number is typed in, and counts as the option with that number as its id, if there is one.
   * `offsets`: records are picked on the track; the options are the records that can be picked, with their offsets as ids, and those that hold are all to be picked.
   */
  readonly answeredBy?: 'choice' | 'number' | 'offsets';
  /** The options, from the spec and its finished run (the page learns nothing from them but their values). */
  readonly options: (spec: Spec, outcome: View) => readonly Option<Spec, View>[];
}

export interface Option<Spec = RunSpec, View = RunView> {
  readonly id: string;
  /** The numbers that the text of the option names. */
  readonly values: readonly number[];
  /** What somebody believes who chooses it. */
  readonly misconception?: MisconceptionId;
  /** Whether the finished run bears it out. */
  readonly holds: (outcome: View, spec: Spec) => boolean;
  /** Of a guarantee: a run that shows the option at work, and, if it does not hold, refutes it. */
  readonly trial?: (spec: Spec) => Spec;
}

export interface Challenge<Spec = RunSpec, View = RunView> {
  readonly isMet: (outcome: View, spec: Spec) => boolean;
  /** The right thing is changed, whether or not this run meets the goal: no hint is needed, only another run. */
  readonly isOnTheWay?: (spec: Spec) => boolean;
  /** After so many runs that did not meet it, a hint is offered. */
  readonly hintAfter: number;
}
