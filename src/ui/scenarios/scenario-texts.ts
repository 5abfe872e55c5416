import type { RunSpec } from '../../engine/scenario/run-spec.js';
import type { RunView } from '../../engine/scenario/run-view.js';
import type { MisconceptionId } from './scenario.js';

/**
 * The words of a scenario in one language. `*words*` are emphasised and `` `words` `` set as code wherever a text is a sentence.
 */
export interface ScenarioTexts<StepId extends string, QuestionId extends string, Spec = RunSpec, View = RunView> {
  /** A record in words: `order-2 paid`. */
  readonly recordName: (context: StoryContext<Spec>, record: number) => string;
  /** What the letters of the labels mean; empty where they mean nothing in particular. */
  readonly recordsLegend: (own: boolean) => string;
  readonly steps: Readonly<Record<StepId, StepTexts<Spec, View>>>;
  readonly questions: Readonly<Record<QuestionId, QuestionTexts<Spec>>>;
  /** What is true instead, in a sentence. */
  readonly corrections: Readonly<Partial<Record<MisconceptionId, string>>>;
  readonly trial: (
    context: StoryContext<Spec>,
    trial: { readonly option: string; readonly spec: Spec; readonly outcome: View },
  ) => string;
  readonly challenge: {
    readonly goal: (context: StoryContext<Spec>) => string;
    readonly hint: string;
    /** The right thing was changed, and still the goal was not met. Given where the challenge can tell. */
    readonly luck?: string;
    readonly met: (context: StoryContext<Spec>, view: View) => string;
  };
}

/** What the words are about. */
export interface StoryContext<Spec = RunSpec> {
  /** The records are the learner's own. */
  readonly own: boolean;
  readonly spec: Spec;
  readonly label: (record: number) => string;
}

export interface StepTexts<Spec = RunSpec, View = RunView> {
  readonly heading: (context: StoryContext<Spec>) => string;
  readonly body: (context: StoryContext<Spec>) => readonly string[];
  /** At most three things to do. */
  readonly instructions?: (context: StoryContext<Spec>) => readonly string[];
  /** Only shown once the step's question is answered. */
  readonly explanation?: (context: StoryContext<Spec>, outcome: View) => Explanation;
  /** The button that goes on from here, where it says more than `Continue`. */
  readonly goOn?: string;
}

export interface QuestionTexts<Spec = RunSpec> {
  readonly ask: (context: StoryContext<Spec>) => string;
  readonly option: (context: StoryContext<Spec>, id: string, values: readonly number[]) => string;
  /** In the table of what was said and what happened; a guarantee or observation is not in it. */
  readonly row?: (context: StoryContext<Spec>) => string;
  readonly short?: (id: string, values: readonly number[]) => string;
}

/** Why it came so: from the run, and from what Kafka's documentation says. */
export interface Explanation {
  readonly paragraphs: readonly string[];
  /** The event that caused it, and its moment if one can go there. */
  readonly event: { readonly text: string; readonly atMs: number | undefined };
  /** The setting that caused it. */
  readonly config: string;
  readonly sources: readonly { readonly text: string; readonly url: string }[];
}
