import type { LaneId, RunSpec } from '../../engine/scenario/run-spec.js';
import { RunProjector } from '../../engine/scenario/run-projector.js';
import type { RunView } from '../../engine/scenario/run-view.js';
import type { HostError, ScenarioHost } from '../../workers/scenario-host.js';
import { withLanes } from '../scenarios/run-outcome.js';
import type { Option, Question, Scenario, Step } from '../scenarios/scenario.js';
import type { FrameClock } from './frame-clock.js';
import type { LearnerAnswer, PlayState } from './learner-journal.js';
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
export interface Trial {
  readonly option: string;
  readonly spec: RunSpec;
  readonly outcome: RunView;
}

export interface PlayerOptions {
  readonly host: ScenarioHost;
  readonly frames: FrameClock;
  /** Names the databases of this play's runs. */
  readonly name: string;
  /** False: runs live in memory (a watching tab). */
  readonly keepsRuns: boolean;
  /** Called whenever something changed that must survive a reload. */
  readonly onChange?: (state: PlayState) => void;
}

/** One learner's way through a scenario: the step, what was answered, and the run that the step shows. */
export class ScenarioPlayer {
  readonly playback: RunPlayback;
  answers = $state.raw<Readonly<Record<string, LearnerAnswer>>>({});
  /** All lanes, as they are configured now. */
  spec = $state.raw<RunSpec>() as RunSpec;
  /** How the untouched scenario ends: judges answers, and gives options their numbers. Nothing of it is shown before its question is answered. */
  outcome = $state.raw<RunView>();
  /** The run before the last change, where Vary and Play compare. */
  ghost = $state.raw<RunView>();
  trials = $state.raw<readonly Trial[]>([]);
  tries = $state(0);
  /** A trial of the guarantee question that is shown in place of the step's run. */
  shownTrial = $state.raw<Trial>();
  failure = $state.raw<HostError>();
  /** A run is being opened. */
  busy = $state(true);

  private at = $state(0);
  private keptAt = 0;
  private changing: Promise<void> = Promise.resolve();

  constructor(
    readonly scenario: Scenario,
    private readonly options: PlayerOptions,
  ) {
    this.spec = scenario.spec;
    this.playback = new RunPlayback(options.host, options.frames, () => this.runEnded());
  }

  get step(): Step {
    return this.scenario.steps[this.at] as Step;
  }

  get lanes(): readonly LaneId[] {
    return this.shownTrial?.spec.lanes.map(({ lane }) => lane) ?? this.step.lanes;
  }

  get isFirst(): boolean {
    return this.at === 0;
  }

  get isLast(): boolean {
    return this.at === this.scenario.steps.length - 1;
  }

  /** The question of this step, if it asks one. */
  get question(): Question | undefined {
    return this.step.question === undefined ? undefined : this.scenario.questions[this.step.question];
  }

  /** What this step's question offers; undefined until the page can tell. */
  get choices(): readonly Option[] | undefined {
    return this.step.question === undefined ? undefined : this.choicesOf(this.step.question);
  }

  /** This step's answer, if it was given. */
  get answer(): LearnerAnswer | undefined {
    return this.step.question === undefined ? undefined : this.answers[this.step.question];
  }

  /** Whether brackets, verdicts and totals may be shown: only once it was said what was seen in each lane on the stage. */
  get revealVerdicts(): boolean {
    const shown = this.playback.view?.lanes.map(({ lane }) => lane) ?? [];
    return [...this.step.lanes, ...shown].every((lane) => this.hasSaidWhatWasSeen(lane));
  }

  /** Timeline, inspector and ledger are needed from the first outcome on. */
  get needsTools(): boolean {
    return this.scenario.spec.lanes.some(({ lane }) => this.hasSaidWhatWasSeen(lane));
  }

  /** How much time the stage spans: the whole of the longest lane, and of this run if it is longer. */
  get axisEndMs(): number {
    const { outcome, ghost, playback } = this;
    const planned =
      outcome === undefined
        ? shortestAxisMs
        : lengthOf(
            outcome,
            this.scenario.spec.lanes.map(({ lane }) => lane),
          );
    return (
      Math.ceil(Math.max(planned, playback.endMs ?? 0, playback.headMs, ghost?.atMs ?? 0) / axisMarkMs) * axisMarkMs
    );
  }

  /** The story goes on: nothing is asked here, or it was answered, and a run of this step was seen to its end. */
  get canContinue(): boolean {
    if (this.isLast) return false;
    if (this.step.phase === 'run') return this.playback.endMs !== undefined;
    return this.question === undefined || this.answer !== undefined;
  }

  /** How many predictions there are, and how many were made. */
  get predicted(): { readonly made: number; readonly of: number } {
    return countPredictions(this.scenario, this.answers);
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
      this.scenario.challenge.isMet(this.playback.view)
    );
  }

  get hintOffered(): boolean {
    return this.step.phase === 'play' && this.tries >= this.scenario.challenge.hintAfter && !this.challengeMet;
  }

  /** Opens the scenario where `state` left it, or at its beginning. */
  async start(state?: PlayState): Promise<void> {
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
  async follow(state: PlayState): Promise<void> {
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

  /** Records the answer to this step's question, once. An observation can be corrected: the last answer counts. */
  async choose(chosen: readonly string[]): Promise<void> {
    const id = this.step.question;
    if (id === undefined || chosen.length === 0) return;
    this.answers = { ...this.answers, [id]: { chosen } };
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

  /** Plays the run of this step, from its beginning if it is at its end. */
  play(): void {
    this.playback.play();
    this.keep();
  }

  pause(): void {
    this.playback.pause();
    this.keep();
  }

  /** The options of a question, with numbers of the run; undefined until the run is known. */
  choicesOf(question: string): readonly Option[] | undefined {
    if (this.outcome === undefined) return undefined;
    return this.scenario.questions[question]?.options(this.scenario.spec, this.outcome);
  }

  /** The options that the run bears out. Only to be shown once the run was seen. */
  rightChoices(question: string): readonly Option[] {
    const { outcome } = this;
    if (outcome === undefined) return [];
    return (this.choicesOf(question) ?? []).filter((option) => option.holds(outcome, this.scenario.spec));
  }

  /** Runs a changed spec at once, with the former run as ghost; a dragged bar's run lives in memory. */
  vary(change: (spec: RunSpec) => RunSpec): Promise<void> {
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

  /** Makes one handling take so long, in this run and in those after it. */
  drag(lane: LaneId, actor: string, record: number, handlingMs: number): Promise<void> {
    return this.vary((spec) => ({
      ...spec,
      overrides: [
        ...spec.overrides.filter((other) => other.lane !== lane || other.actor !== actor || other.record !== record),
        { lane, actor, record, handlingMs: Math.max(100, Math.round(handlingMs / 100) * 100) },
      ],
    }));
  }

  /** Puts the run of a trial on the stage, at its end; undefined: the step's own run again. */
  async showTrial(trial: Trial | undefined): Promise<void> {
    this.shownTrial = trial;
    if (trial === undefined) await this.openRun({ headMs: 0, seenMs: 0 });
    else {
      await this.playback.open(trial.spec);
      this.playback.speed = speedFor(trial.outcome.atMs);
    }
    await this.playback.runToEnd();
  }

  /** What a reload needs. */
  get state(): PlayState {
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

  private get database(): string {
    return `partita-run:${this.options.name}:${this.step.lanes.length === 1 ? this.step.lanes.join() : 'all'}`;
  }

  private hasSaidWhatWasSeen(lane: LaneId): boolean {
    return this.scenario.steps.some(
      ({ phase, lanes, question }) =>
        phase === 'observe' &&
        lanes.length === 1 &&
        lanes[0] === lane &&
        question !== undefined &&
        this.answers[question] !== undefined,
    );
  }

  private async goTo(at: number): Promise<void> {
    const former = this.step;
    this.pause();
    this.at = at;
    const isOpen =
      former.id !== this.step.id && former.lanes.join() === this.step.lanes.join() && this.shownTrial === undefined;
    if (isOpen) await this.showOutcome();
    else await this.openStep();
    this.keep();
  }

  /** Opens the run of the step, where `resumed` left it. */
  private async openStep(resumed?: PlayState): Promise<void> {
    this.ghost = undefined;
    this.shownTrial = undefined;
    const begins = resumed ?? { headMs: 0, seenMs: 0 };
    await this.openRun(begins);
    if (resumed === undefined) await this.showOutcome();
  }

  /** What was seen already is shown whole, or played once more; what is still to be seen stays at its beginning. */
  private async showOutcome(): Promise<void> {
    if (!this.revealVerdicts || this.step.phase === 'set-up' || this.step.phase === 'predict') return;
    if (this.isReplay) this.playback.play();
    else await this.playback.runToEnd();
  }

  private async openRun(at: { readonly headMs: number; readonly seenMs: number }): Promise<void> {
    this.busy = true;
    const spec = withLanes(this.spec, this.step.lanes);
    const kept = this.options.keepsRuns && spec.overrides.length === 0;
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
    this.playback.speed = speedFor(lengthOf(outcome, this.step.lanes));
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
    const trials: Trial[] = [];
    for (const option of this.choices ?? []) {
      if (!chosen.includes(option.id) || option.trial === undefined) continue;
      const spec = option.trial(this.scenario.spec);
      const outcome = await this.finish(spec);
      if (outcome !== undefined) trials.push({ option: option.id, spec, outcome });
    }
    this.trials = trials;
  }

  private async finish(spec: RunSpec): Promise<RunView | undefined> {
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
    const projector = new RunProjector(spec, originMs);
    projector.add(chunk.value.events);
    return projector.viewAt(projector.endMs ?? chunk.value.reachedMs);
  }

  private runEnded(): void {
    if (this.step.phase === 'run') void this.continue();
    else this.keep();
  }
}

/** How many of a scenario's predictions were made. */
export function countPredictions(
  scenario: Scenario,
  answers: Readonly<Record<string, LearnerAnswer>>,
): { readonly made: number; readonly of: number } {
  const predictions = Object.entries(scenario.questions).filter(([, { kind }]) => kind === 'prediction');
  const made = predictions.filter(([id]) => {
    const answer = answers[id];
    return answer !== undefined && 'chosen' in answer;
  });
  return { made: made.length, of: predictions.length };
}

/** When the last handling of these lanes ends. */
function lengthOf(outcome: RunView, lanes: readonly LaneId[]): number {
  const ends = outcome.lanes
    .filter(({ lane }) => lanes.includes(lane))
    .flatMap(({ actors }) => actors.flatMap(({ handlings }) => handlings.map(({ toMs }) => toMs ?? outcome.atMs)));
  return Math.max(1, ...ends);
}

/** The slowest speed of the list at which `runMs` is over in time. */
function speedFor(runMs: number): number {
  return showSpeeds.find((speed) => runMs / speed <= longestShowMs) ?? 1000;
}
