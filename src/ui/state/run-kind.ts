import type { Millis } from '../../engine/environment/environment.js';
import type { RecordedEvent } from '../../engine/environment/trace-events.js';
import type { Step } from '../scenarios/scenario.js';
import type { LearnerAnswer } from './learner-journal.js';

export type { HostedSpec } from '../../workers/scenario-host.js';

/** What every view of a run tells, whatever it shows. */
export interface RunMoment {
  /** The moment that is shown, in run time. */
  readonly atMs: Millis;
  readonly finished: boolean;
}

/** Draws a run from its events, at any moment up to the furthest that was simulated. */
export interface RunProjection<View extends RunMoment> {
  /** Adds events that follow those added before. */
  add(events: readonly RecordedEvent[]): void;
  readonly trace: readonly RecordedEvent[];
  /** The run time at which nothing more happens, once the trace holds it. */
  readonly endMs: Millis | undefined;
  viewAt(atMs: Millis): View;
}

/** Where a learner stands in a story. */
export interface StoryPlace<View> {
  readonly steps: readonly Step[];
  /** Index of the step that is shown. */
  readonly at: number;
  readonly answers: Readonly<Record<string, LearnerAnswer>>;
  readonly view: View | undefined;
}

/** What playback and player must know of one kind of run: lanes that share records, say, or one partition's log. */
export interface RunKind<Spec, View extends RunMoment> {
  project(spec: Spec, originMs: Millis): RunProjection<View>;
  /** What stepping stops at: what can be seen on the stage. */
  isOfInterest(event: RecordedEvent): boolean;
  /** Names the run that a step shows: steps with one name go on in one run, kept in one database. */
  runOf(step: Step): string;
  /** The part of the spec that a step runs. */
  specOf(spec: Spec, step: Step): Spec;
  /** Whether a run of this spec is worth keeping in a database. */
  isKept(spec: Spec): boolean;
  /** When the last thing happens in the part of a finished run that a step shows. */
  lengthOf(outcome: View, step: Step): Millis;
  /** Whether sums, verdicts and reasons may be shown. */
  isRevealed(place: StoryPlace<View>): boolean;
}

/**
 * Runs that are simulated whole, whatever a step shows of them, so that what is judged is what is shown; steps that show the same go on in one run. Sums
 * and reasons are told while nothing more is to be seen.
 */
export function wholeRun<Spec, View extends RunMoment>(run: {
  /** Names the run of a step that shows all there is. */
  readonly name: string;
  readonly project: RunKind<Spec, View>['project'];
  /** What stepping stops at, but for topics of the broker's own. */
  readonly events: readonly RecordedEvent['kind'][];
}): RunKind<Spec, View> {
  const events: ReadonlySet<RecordedEvent['kind']> = new Set(run.events);
  return {
    project: run.project,
    isOfInterest: (event) => events.has(event.kind) && !('topic' in event && event.topic.startsWith('__')),
    runOf: (step) => step.groups?.join('+') ?? run.name,
    specOf: (spec) => spec,
    isKept: () => true,
    lengthOf: (outcome) => outcome.atMs,
    isRevealed({ steps, at, answers }) {
      const step = steps[at];
      switch (step?.phase) {
        case 'set-up':
        case 'predict':
        case 'run':
          return false;
        case 'observe':
          return step.question === undefined || answers[step.question] !== undefined;
        default:
          return true;
      }
    },
  };
}

/** The observation that tells how a prediction came out: the first about the same run that comes after it. */
export function observationAfter(steps: readonly Step[], at: number, runOf: (step: Step) => string): Step | undefined {
  const step = steps[at];
  return step === undefined
    ? undefined
    : steps.find(
        (other, place) =>
          place >= at && other.phase === 'observe' && other.question !== undefined && runOf(other) === runOf(step),
      );
}
