import type { RunRecord } from '../../engine/scenario/run-spec.js';
import type { ScenarioHost } from '../../workers/scenario-host.js';
import type { FrameClock } from './frame-clock.js';
import type { KeptData } from './kept-data.svelte.js';
import type { LearnerJournal, LearnerState, PlayState } from './learner-journal.js';
import type { LogLeadership, LogStatus, TabSnapshot } from './log-leadership.js';
import { logProblem, type LogProblem } from './log-problem.js';
import {
  isOwnPlay,
  isPlayName,
  loadPlay,
  ownPlays,
  predictedIn,
  progressIn,
  recordsOf,
  type AnyPlayer,
  type OwnPlayName,
  type Play,
  type PlayName,
} from './play.js';
import { Router, type Route } from './route.svelte.js';
import { Settings } from './settings.svelte.js';

/** Opens the page's log. With `beginAnew` another is begun if it was lost. Rejects if there can be none. */
export type OpenPageLog = (options: { readonly beginAnew: boolean }) => Promise<LearnerJournal & LogLeadership>;

/** A run is told to watching tabs so often while it plays. */
const tellEveryMs = 200;

/** What the whole page stands on: the place in the app, the settings, the learner's progress, and the log that keeps it. */
export class AppState {
  readonly settings: Settings;
  readonly router: Router;
  /** `opening` until it is known whether this tab has the log. */
  status = $state<LogStatus | 'opening'>('opening');
  /** This tab had the log and lost it to another. */
  lostTheLog = $state(false);
  /** Why nothing is kept, if the log can't be opened at all, or ended. */
  logProblem = $state.raw<LogProblem>();
  plays = $state.raw<Readonly<Record<string, PlayState>>>({});
  /** The scenario that is open. */
  play = $state.raw<Play>();
  /** What it is called. */
  playName = $state.raw<PlayName>();
  /** What the log keeps, once it is open. */
  kept = $state.raw<KeptData>();

  private journal: LearnerJournal | undefined;
  private leadership: LogLeadership | undefined;
  private openLog: OpenPageLog | undefined;
  private opening: Promise<void> = Promise.resolve();
  private toldAt = 0;
  /** What the leading tab told last, until it is shown. */
  private told: TabSnapshot | undefined;
  private isFollowing = false;

  constructor(
    private readonly host: ScenarioHost,
    private readonly frames: FrameClock,
    page: Pick<Window, 'location' | 'addEventListener'>,
    language: Settings['language'],
  ) {
    this.settings = new Settings(language);
    this.router = new Router(page);
  }

  /** Opens the log. Where there can be none the page works, but keeps nothing, and says so. */
  async open(openLog: OpenPageLog): Promise<void> {
    this.openLog = openLog;
    try {
      const log = await openLog({ beginAnew: false });
      await this.connect(log, log);
    } catch (error) {
      await this.goOnWithoutLog(error);
    }
  }

  /** Tries once more to open a log that could not be opened; with `beginAnew` another is begun in the place of one that was lost. */
  async openAgain(options: { readonly beginAnew: boolean }): Promise<void> {
    try {
      const log = await this.openLog?.(options);
      if (log === undefined) return;
      this.logProblem = undefined;
      this.status = 'opening';
      await this.connect(log, log);
    } catch (error) {
      await this.goOnWithoutLog(error);
    }
  }

  /** The log is open, here or in another tab. */
  async connect(journal: LearnerJournal, leadership: LogLeadership): Promise<void> {
    this.journal = journal;
    this.leadership = leadership;
    leadership.onChange((status) => void this.changeStatus(status));
    leadership.onSnapshot((snapshot) => void this.follow(snapshot));
    leadership.onFailure((error) => void this.goOnWithoutLog(error));
    await this.changeStatus(leadership.status);
  }

  /** What the journal tells is not what it told before: the page goes on from there. */
  async progressReplaced(): Promise<void> {
    this.opening = this.opening.then(() => this.closePlayer());
    await this.opening;
    this.plays = {};
    await this.restore();
    await this.openRoute(this.router.route);
  }

  private async goOnWithoutLog(error: unknown): Promise<void> {
    this.logProblem = logProblem(error);
    this.journal = undefined;
    this.leadership = undefined;
    this.kept = undefined;
    this.lostTheLog = false;
    // A run that was kept in the log's storage goes on in memory.
    this.opening = this.opening.then(() => this.closePlayer());
    await this.opening;
    this.status = 'leading';
    await this.openRoute(this.router.route);
  }

  /** Whether the learner may act here. */
  get acts(): boolean {
    return this.status === 'leading';
  }

  get player(): Play['player'] | undefined {
    return this.play?.player;
  }

  /** Opens what the place in the app shows. */
  openRoute(route: Route): Promise<void> {
    if (!this.acts) return Promise.resolve();
    this.opening = this.opening.then(async () => {
      if (isPlayName(route)) await this.openPlay(route, undefined);
      else {
        await this.closePlayer();
        this.tell();
      }
    });
    return this.opening;
  }

  /** Runs the scenario on the learner's own records, from its beginning. */
  playOwn(play: OwnPlayName, records: readonly RunRecord[]): Promise<void> {
    this.opening = this.opening.then(async () => {
      await this.closePlayer();
      this.plays = Object.fromEntries(Object.entries(this.plays).filter(([name]) => name !== play));
      await this.openPlay(play, records);
    });
    this.router.go(play);
    return this.opening;
  }

  /** How far the learner has come with the predictions of a play. */
  predicted(name: PlayName): { readonly made: number; readonly of: number } {
    return predictedIn(name, this.plays[name]);
  }

  /** How far a play has come: `done` once its last step was reached. */
  progress(name: PlayName): 'new' | 'begun' | 'done' {
    return progressIn(name, this.plays[name]);
  }

  /** A setting was changed: it is kept. */
  settingsChanged(): void {
    this.save();
  }

  async takeOver(): Promise<void> {
    try {
      await this.leadership?.takeOver();
    } catch (error) {
      await this.goOnWithoutLog(error);
    }
  }

  watch(): void {
    this.leadership?.watch();
  }

  /** To be called while a run plays: keeps its head now and then, and tells watching tabs. */
  headMoved(): void {
    const { player } = this;
    if (player === undefined || !this.acts) return;
    player.keep(true);
    const { headMs, speed } = player.playback;
    if (Math.abs(headMs - this.toldAt) < tellEveryMs * speed) return;
    this.toldAt = headMs;
    this.tell();
  }

  private async changeStatus(status: LogStatus): Promise<void> {
    if (status === 'leading') return this.beginToLead();
    const had = this.status === 'leading';
    this.status = status;
    this.lostTheLog = had || this.lostTheLog;
    if (had) await this.player?.close();
  }

  private async beginToLead(): Promise<void> {
    // What this tab last showed is older than what the journal holds: it must be gone before that is read.
    this.opening = this.opening.then(() => this.closePlayer());
    await this.opening;
    const { leadership } = this;
    const problem = await this.restore().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    // The log may have gone again meanwhile, and this tab been told so.
    if (this.leadership !== leadership || leadership?.status !== 'leading') return;
    if (problem !== undefined) return this.goOnWithoutLog(problem.error);
    this.status = 'leading';
    this.lostTheLog = false;
    await this.openRoute(this.router.route);
  }

  private async restore(): Promise<void> {
    const state = await this.journal?.load();
    if (state === undefined) return;
    this.settings.restore(state.settings);
    this.plays = state.plays;
  }

  private async openPlay(name: PlayName, records: readonly RunRecord[] | undefined): Promise<void> {
    if (this.playName === name && this.player !== undefined) return;
    await this.closePlayer();
    const kept = this.plays[name];
    const ownRecords = records ?? (isOwnPlay(name) ? recordsOf(kept) : undefined);
    if (isOwnPlay(name) && ownRecords === undefined) {
      this.router.go(ownPlays[name].entry);
      return;
    }
    const player = await this.begin(name, ownRecords, this.logProblem === undefined);
    await player.start(kept);
    player.keep();
  }

  private async begin(
    name: PlayName,
    records: readonly RunRecord[] | undefined,
    keepsRuns: boolean,
  ): Promise<AnyPlayer> {
    const onChange = (state: PlayState): void => {
      if (this.playName !== name || !this.acts) return;
      this.plays = { ...this.plays, [name]: state };
      this.save();
    };
    const open = await loadPlay(name);
    this.playName = name;
    this.play = open({ host: this.host, frames: this.frames, name, keepsRuns, onChange }, records);
    return this.play.player;
  }

  private async closePlayer(): Promise<void> {
    const { player } = this;
    player?.pause();
    this.play = undefined;
    this.playName = undefined;
    await player?.close();
  }

  /** Shows the newest of what the leading tab tells: what comes while one is being shown replaces what waits. */
  private async follow(snapshot: TabSnapshot): Promise<void> {
    this.told = snapshot;
    if (this.isFollowing) return;
    this.isFollowing = true;
    for (let next = this.takeTold(); next !== undefined; next = this.takeTold()) {
      const shown = next;
      // What can't be shown here, because the other tab runs another version of the page, is left out.
      this.opening = this.opening.then(() => this.show(shown)).catch(() => this.closePlayer());
      await this.opening;
    }
    this.isFollowing = false;
  }

  private takeTold(): TabSnapshot | undefined {
    const { told } = this;
    this.told = undefined;
    return told;
  }

  private async show(snapshot: TabSnapshot): Promise<void> {
    if (this.status !== 'watching') return;
    this.plays = snapshot.state.plays;
    const name = isPlayName(snapshot.play) ? snapshot.play : undefined;
    this.router.go(name ?? 'home');
    const state = name === undefined ? undefined : snapshot.state.plays[name];
    if (name === undefined || state === undefined) {
      await this.closePlayer();
      return;
    }
    if (this.playName === name && this.player !== undefined && !this.lostTheLog) {
      await (this.player as AnyPlayer).follow(state);
      return;
    }
    await this.closePlayer();
    this.lostTheLog = false;
    const player = await this.begin(name, isOwnPlay(name) ? recordsOf(state) : undefined, false);
    await player.start({ ...state, playing: false });
  }

  private save(): void {
    if (!this.acts) return;
    this.journal?.save(this.learnerState);
    this.tell();
  }

  private tell(): void {
    if (!this.acts) return;
    const { player, playName } = this;
    const state = this.learnerState;
    const plays =
      player === undefined || playName === undefined ? state.plays : { ...state.plays, [playName]: player.state };
    this.leadership?.publish({ play: playName, state: { ...state, plays } });
  }

  private get learnerState(): LearnerState {
    return { settings: this.settings.saved, plays: this.plays };
  }
}
