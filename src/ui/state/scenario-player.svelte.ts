import type { HostError, ScenarioHost } from '../../workers/scenario-host.js';
import type { MisconceptionId, Option, Question, Scenario, Step } from '../scenarios/scenario.js';
import type { FrameClock } from './frame-clock.js';
import type { LearnerAnswer, PlayState } from './learner-journal.js';
import { observationAfter, type HostedSpec, type RunKind, type RunMoment } from './run-kind.js';
import { RunPlayback } from './run-playback.svelte.js';

/** A run is shown in at most this much of a viewer's time. */
const longestShowMs = 9_500;
const showSpeeds = [1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 200, 500, 1000];
/** What the axis spans until the run's length is known; it ends on a mark. */
const shortestAxisMs = 20_000;
const axisMarkMs = 5_000;
/** While playing, the place of the head is kept so often. */
const keepEveryMs = 1_000;

/** How an option of the guarantee question fared: the run that was made with it. */
export interface Trial<Spec, View> {
  readonly option: string;
  readonly spec: Spec;
  readonly outcome: View;
}

export interface PlayerOptions<Spec = HostedSpec> {
  readonly host: ScenarioHost;
  readonly frames: FrameClock;
  /** Names the databases of this play's runs. */
  readonly name: string;
  /** False: runs live in memory (a watching tab). */
  readonly keepsRuns: boolean;
  /** Called whenever something changed that must survive a reload. */
  readonly onChange?: (state: PlayState<Spec>) => void;
}

/** One learner's way through a scenario: the step, what was answered, and the run that the step shows. */
export class ScenarioPlayer<Spec extends HostedSpec, View extends RunMoment> {
  readonly playback: RunPlayback<Spec, View>;
  answers = $state.raw<Readonly<Record<string, LearnerAnswer>>>({});
  /** The whole run, as it is configured now. */
  spec = $state.raw<Spec>() as Spec;
  /** How the untouched scenario ends: judges answers, and gives options their numbers. Nothing of it is shown before its question is answered. */
  outcome = $state.raw<View>();
  /** The run before the last change, where Vary and Play compare. */
  ghost = $state.raw<View>();
  trials = $state.raw<readonly Trial<Spec, View>[]>([]);
  tries = $state(0);
  /** A trial of the guarantee question that is shown in place of the step's run. */
  shownTrial = $state.raw<Trial<Spec, View>>();
  failure = $state.raw<HostError>();
  /** What is picked as the answer of this step's question and not given yet: ids of options, from the story and from the stage alike. */
  picked = $state.raw<readonly string[]>([]);
  /** A run is being opened. */
  busy = $state(true);

  private at = $state(0);
  private keptAt = 0;
  private changing: Promise<void> = Promise.resolve();

  constructor(
    readonly scenario: Scenario<string, string, Spec, View>,
    private readonly kind: RunKind<Spec, View>,
    private readonly options: PlayerOptions<Spec>,
  ) {
    this.spec = scenario.spec;
    this.playback = new RunPlayback(kind, options.host, options.frames, () => this.runEnded());
  }

  get step(): Step {
    return this.scenario.steps[this.at] as Step;
  }

  get isFirst(): boolean {
    return this.at === 0;
  }

  get isLast(): boolean {
    return this.at === this.scenario.steps.length - 1;
  }

  /** The question of this step, if it asks one. */
  get question(): Question<Spec, View> | undefined {
    return this.step.question === undefined ? undefined : this.scenario.questions[this.step.question];
  }

  /** What this step's question offers; undefined until the page can tell. */
  get choices(): readonly Option<Spec, View>[] | undefined {
    return this.step.question === undefined ? undefined : this.choicesOf(this.step.question);
  }

  /** This step's answer, if it was given. */
  get answer(): LearnerAnswer | undefined {
    return this.step.question === undefined ? undefined : this.answers[this.step.question];
  }

  /** Whether brackets, verdicts and totals may be shown: only once it was said what was seen. */
  get revealVerdicts(): boolean {
    const { at, answers } = this;
    return this.kind.isRevealed({ steps: this.scenario.steps, at, answers, view: this.playback.view });
  }

  /** Timeline, inspector and ledger are needed from the first outcome on. */
  get needsTools(): boolean {
    return this.scenario.steps.some(
      ({ phase, question }) => phase === 'observe' && question !== undefined && this.answers[question] !== undefined,
    );
  }

  /** The predictions about what this step shows, and whether it may be told how each came out. A step that asks and shows nothing new has them all. */
  get predictions(): readonly { readonly question: string; readonly isSeen: boolean }[] {
    const { steps } = this.scenario;
    const runOf = (step: Step): string => this.kind.runOf(step);
    return steps.flatMap((step, at) => {
      const { phase, question } = step;
      if (phase !== 'predict' || question === undefined) return [];
      if (!this.isReplay && (at > this.at || runOf(step) !== runOf(this.step))) return [];
      const seen = observationAfter(steps, at, runOf)?.question;
      return [{ question, isSeen: seen !== undefined && this.answers[seen] !== undefined }];
    });
  }

  /** How much time the stage spans: the whole of the longest lane, and of this run if it is longer. */
  get axisEndMs(): number {
    const { outcome, ghost, playback } = this;
    const planned =
      outcome === undefined
        ? shortestAxisMs
        : Math.max(...this.scenario.steps.map((step) => this.kind.lengthOf(outcome, step)));
    return (
      Math.ceil(Math.max(planned, playback.endMs ?? 0, playback.headMs, ghost?.atMs ?? 0) / axisMarkMs) * axisMarkMs
    );
  }

  /** The story goes on: nothing is asked here, or it was answered, and a run of this step was seen to its end. */
  get canContinue(): boolean {
    if (this.isLast) return false;
    if (this.step.phase === 'run')
      return this.playback.endMs !== undefined || this.playback.seenMs >= this.playback.limitMs;
    return this.question === undefined || this.answer !== undefined;
  }

  /** The step shows once more what was seen, and asks nothing. */
  get isReplay(): boolean {
    return this.step.phase === 'observe' && this.step.question === undefined;
  }

  /** Bars can be dragged and settings changed. */
  get canVary(): boolean {
    return this.step.phase === 'vary' || this.step.phase === 'play';
  }

  /** Whether free play's goal is met by the run on the stage. */
  get challengeMet(): boolean {
    return (
      this.playback.view !== undefined &&
      this.step.phase === 'play' &&
      this.scenario.challenge.isMet(this.playback.view, this.spec)
    );
  }

  get hintOffered(): boolean {
    return this.step.phase === 'play' && this.tries >= this.scenario.challenge.hintAfter && !this.challengeMet;
  }

  /** Opens the scenario where `state` left it, or at its beginning. */
  async start(state?: PlayState<Spec>): Promise<void> {
    const resumed = state !== undefined && this.scenario.steps.some(({ id }) => id === state.step) ? state : undefined;
    if (resumed !== undefined) {
      this.answers = resumed.answers;
      this.spec = resumed.spec;
      this.tries = resumed.tries;
      this.at = this.scenario.steps.findIndex(({ id }) => id === resumed.step);
    }
    await this.openStep(resumed);
    if (resumed !== undefined) this.playback.speed = resumed.speed;
    await this.foresee();
    if (resumed?.playing === true) this.play();
  }

  /** Begins again: answers are forgotten, the run is the untouched one. */
  async restart(): Promise<void> {
    this.answers = {};
    this.spec = this.scenario.spec;
    this.tries = 0;
    this.trials = [];
    this.ghost = undefined;
    await this.goTo(0);
  }

  /** Shows another tab's state, without asking or keeping anything. */
  async follow(state: PlayState<Spec>): Promise<void> {
    const at = this.scenario.steps.findIndex(({ id }) => id === state.step);
    const elsewhere = at !== this.at || JSON.stringify(state.spec) !== JSON.stringify(this.spec);
    this.answers = state.answers;
    this.tries = state.tries;
    this.spec = state.spec;
    this.playback.speed = state.speed;
    if (at >= 0 && elsewhere) {
      this.at = at;
      await this.openStep(state);
    } else await this.playback.scrubTo(state.headMs);
  }

  async continue(): Promise<void> {
    if (this.canContinue) await this.goTo(this.at + 1);
  }

  async back(): Promise<void> {
    if (!this.isFirst) await this.goTo(this.at - 1);
  }

  /** The options that are picked or, if none is, were chosen. */
  get shownChoice(): readonly string[] {
    const { answer } = this;
    return this.picked.length > 0 || answer === undefined || !('chosen' in answer) ? this.picked : answer.chosen;
  }

  /** Picks an option of this step's question, or takes it back; nothing is answered by it. A prediction that was made stays. */
  pick(option: string, isOn: boolean): void {
    if (this.question?.kind === 'prediction' && this.answer !== undefined) return;
    if (!allowsSeveral(this.question)) this.picked = [option];
    else this.picked = [...this.shownChoice.filter((other) => other !== option), ...(isOn ? [option] : [])];
  }

  /** Records the answer to this step's question, once. An observation can be corrected: the last answer counts. */
  async choose(chosen: readonly string[]): Promise<void> {
    const id = this.step.question;
    if (id === undefined || chosen.length === 0) return;
    this.answers = { ...this.answers, [id]: { chosen } };
    this.picked = [];
    this.keep();
    if (this.question?.kind === 'guarantee') await this.tryOptions(chosen);
  }

  /** The learner would rather not predict. */
  skip(): void {
    const id = this.step.question;
    if (id === undefined) return;
    this.answers = { ...this.answers, [id]: { skipped: true } };
    this.keep();
  }

  /** Plays what this step shows of its run, from its beginning if it is at its end. */
  play(): void {
    this.playback.play(this.playFromMs);
    this.keep();
  }

  /** A prediction comes before its run. */
  get canPlay(): boolean {
    return this.playback.view !== undefined && this.playback.limitMs > this.playFromMs;
  }

  pause(): void {
    this.playback.pause();
    this.keep();
  }

  /** The options of a question, with numbers of the run; undefined until the run is known. */
  choicesOf(question: string): readonly Option<Spec, View>[] | undefined {
    if (this.outcome === undefined) return undefined;
    return this.scenario.questions[question]?.options(this.scenario.spec, this.outcome);
  }

  /** The options that the run bears out. Only to be shown once the run was seen. */
  rightChoices(question: string): readonly Option<Spec, View>[] {
    const { outcome } = this;
    if (outcome === undefined) return [];
    return (this.choicesOf(question) ?? []).filter((option) => option.holds(outcome, this.scenario.spec));
  }

  /** Whether this question was answered with what the run bears out: one of what holds, or, where several can be chosen, all of it. */
  isRight(question: string): boolean {
    const answer = this.answers[question];
    const chosen = answer !== undefined && 'chosen' in answer ? answer.chosen : [];
    const right = this.rightChoices(question);
    if (!allowsSeveral(this.scenario.questions[question])) return right.some(({ id }) => chosen.includes(id));
    return right.length === chosen.length && right.every(({ id }) => chosen.includes(id));
  }

  /** What somebody believes who answered a question so: from what was chosen wrongly, and, of records to be picked, left out wrongly. Only to be shown once the run was seen. */
  misconceptionsIn(question: string): readonly MisconceptionId[] {
    const answer = this.answers[question];
    if (answer === undefined || !('chosen' in answer)) return [];
    const right = this.rightChoices(question).map(({ id }) => id);
    const isPicked = this.scenario.questions[question]?.answeredBy === 'offsets';
    const wrong = (this.choicesOf(question) ?? []).filter((option) => {
      const isChosen = answer.chosen.includes(option.id);
      return isPicked ? isChosen !== right.includes(option.id) : isChosen && !right.includes(option.id);
    });
    return wrong
      .flatMap(({ misconception }) => misconception ?? [])
      .filter((each, at, all) => all.indexOf(each) === at);
  }

  /** Runs a changed spec at once, with the former run as ghost; a dragged bar's run lives in memory. */
  vary(change: (spec: Spec) => Spec): Promise<void> {
    this.changing = this.changing.then(async () => {
      const spec = change(this.spec);
      if (JSON.stringify(spec) === JSON.stringify(this.spec)) return;
      const { headMs, playing, seenMs, view, future } = this.playback;
      this.ghost = future ?? view;
      this.spec = spec;
      this.shownTrial = undefined;
      await this.openRun({ headMs, seenMs });
      if (this.canVary) await this.playback.runToEnd();
      if (this.step.phase === 'play' && !this.challengeMet) this.tries++;
      if (playing) {
        await this.playback.scrubTo(headMs);
        this.playback.play();
      }
      this.keep();
    });
    return this.changing;
  }

  /** Puts the run of a trial on the stage, at its end; undefined: the step's own run again. */
  async showTrial(trial: Trial<Spec, View> | undefined): Promise<void> {
    this.shownTrial = trial;
    if (trial === undefined) await this.openRun({ headMs: 0, seenMs: 0 });
    else {
      this.playback.limitMs = Number.POSITIVE_INFINITY;
      await this.playback.open(trial.spec);
      this.playback.speed = speedFor(trial.outcome.atMs);
    }
    await this.playback.runToEnd();
  }

  /** What a reload needs. */
  get state(): PlayState<Spec> {
    return {
      scenario: this.scenario.id,
      step: this.step.id,
      answers: this.answers,
      spec: this.spec,
      database: this.database,
      headMs: Math.round(this.shownTrial === undefined ? this.playback.headMs : 0),
      seenMs: Math.round(this.shownTrial === undefined ? this.playback.seenMs : 0),
      playing: this.playback.playing,
      speed: this.playback.speed,
      tries: this.tries,
    };
  }

  /** Keeps the state; while playing, `every second` is enough. */
  keep(whilePlaying = false): void {
    if (whilePlaying && Math.abs(this.playback.headMs - this.keptAt) < keepEveryMs * this.playback.speed) return;
    this.keptAt = this.playback.headMs;
    this.options.onChange?.(this.state);
  }

  async close(): Promise<void> {
    await this.playback.close();
  }

  private get playFromMs(): number {
    return this.canVary || this.isReplay ? 0 : this.stretch.fromMs;
  }

  private get database(): string {
    return `partita-run:${this.options.name}:${this.kind.runOf(this.step)}`;
  }

  /**
   * What this step shows of its run: what the last run step showed, or is going to show. Before the first run step there is nothing to be seen yet,
   * and where no step runs it the run is seen whole.
   */
  private get stretch(): { readonly fromMs: number; readonly toMs: number } {
    const { steps } = this.scenario;
    const name = this.kind.runOf(this.step);
    const runs = steps.flatMap((step, at) =>
      step.phase === 'run' && this.kind.runOf(step) === name ? [{ step, at }] : [],
    );
    const shown = runs.filter(({ at }) => at <= this.at);
    const toMs = shown.length === 0 && runs.length > 0 ? 0 : (shown.at(-1)?.step.untilMs ?? Number.POSITIVE_INFINITY);
    return { fromMs: shown.at(-2)?.step.untilMs ?? 0, toMs };
  }

  private async goTo(at: number): Promise<void> {
    const former = this.step;
    this.pause();
    this.picked = [];
    this.at = at;
    const isOpen =
      former.id !== this.step.id &&
      this.kind.runOf(former) === this.kind.runOf(this.step) &&
      this.shownTrial === undefined;
    if (isOpen) {
      this.limitHead();
      this.setSpeed();
      await this.showMoment();
    } else await this.openStep();
    this.keep();
  }

  /** Opens the run of the step, where `resumed` left it. */
  private async openStep(resumed?: PlayState<Spec>): Promise<void> {
    this.ghost = undefined;
    this.shownTrial = undefined;
    const begins = resumed ?? { headMs: 0, seenMs: 0 };
    await this.openRun(begins);
    if (resumed === undefined) await this.showMoment();
  }

  /** What was seen already is shown whole, or played once more; what is still to be seen stays at its beginning. */
  private async showMoment(): Promise<void> {
    const { phase } = this.step;
    const { fromMs, toMs } = this.stretch;
    if (this.isReplay) this.playback.play();
    else if (phase === 'run') await this.playback.scrubTo(fromMs);
    else if (phase === 'set-up' || phase === 'predict') await this.playback.scrubTo(Number.isFinite(toMs) ? toMs : 0);
    else if (Number.isFinite(toMs)) await this.playback.scrubTo(toMs);
    else if (this.revealVerdicts) await this.playback.runToEnd();
  }

  /** A prediction comes before its run: the head goes no further than the step tells. */
  private limitHead(): void {
    const { phase } = this.step;
    const isFree = phase === 'vary' || phase === 'play' || this.isReplay;
    this.playback.limitMs = isFree ? Number.POSITIVE_INFINITY : this.stretch.toMs;
  }

  private async openRun(at: { readonly headMs: number; readonly seenMs: number }): Promise<void> {
    this.busy = true;
    const spec = this.kind.specOf(this.spec, this.step);
    const kept = this.options.keepsRuns && this.kind.isKept(spec);
    this.limitHead();
    await this.playback.open(spec, {
      ...(kept ? { database: this.database } : {}),
      headMs: at.headMs,
      seenMs: at.seenMs,
    });
    this.failure = this.playback.error;
    this.setSpeed();
    this.busy = false;
  }

  private setSpeed(): void {
    const { outcome } = this;
    if (outcome === undefined || this.shownTrial !== undefined) return;
    const { fromMs, toMs } = this.stretch;
    const isWhole = this.canVary || this.isReplay;
    const endMs = Math.min(isWhole ? Number.POSITIVE_INFINITY : toMs, this.kind.lengthOf(outcome, this.step));
    this.playback.speed = speedFor(Math.max(1, endMs - (isWhole ? 0 : fromMs)));
  }

  /** Runs the untouched scenario in memory to its end, on the side. */
  private async foresee(): Promise<void> {
    if (this.outcome !== undefined) return;
    const outcome = await this.finish(this.scenario.spec);
    if (outcome === undefined) return;
    const { speed } = this.playback;
    this.outcome = outcome;
    if (speed === 1) this.setSpeed();
  }

  private async tryOptions(chosen: readonly string[]): Promise<void> {
    const trials: Trial<Spec, View>[] = [];
    for (const option of this.choices ?? []) {
      if (!chosen.includes(option.id) || option.trial === undefined) continue;
      const spec = option.trial(this.scenario.spec);
      const outcome = await this.finish(spec);
      if (outcome !== undefined) trials.push({ option: option.id, spec, outcome });
    }
    this.trials = trials;
  }

  private async finish(spec: Spec): Promise<View | undefined> {
    const { host } = this.options;
    const opened = await host.open(spec, {});
    if (!opened.ok) {
      this.failure = opened.error;
      return undefined;
    }
    const { runId, originMs } = opened.value;
    const chunk = await host.advance(runId, Number.MAX_SAFE_INTEGER - originMs);
    await host.close(runId);
    if (!chunk.ok) {
      this.failure = chunk.error;
      return undefined;
    }
    const projector = this.kind.project(spec, originMs);
    projector.add(chunk.value.events);
    return projector.viewAt(projector.endMs ?? chunk.value.reachedMs);
  }

  private runEnded(): void {
    if (this.step.phase === 'run') void this.continue();
    else this.keep();
  }
}

/** Whether several options of a question can be chosen, and all that hold must be. */
export function allowsSeveral(question: { readonly kind: string; readonly answeredBy?: string } | undefined): boolean {
  return question?.kind === 'guarantee' || question?.answeredBy === 'offsets';
}

/** The slowest speed of the list at which `runMs` is over in time. */
function speedFor(runMs: number): number {
  return showSpeeds.find((speed) => runMs / speed <= longestShowMs) ?? 1000;
}
