import { beforeEach, describe, expect, test } from 'vitest';
import { PartitaError } from '../../../src/entry/partita-error.js';
import { AppState } from '../../../src/ui/state/app.svelte.js';
import type { LearnerJournal, LearnerState } from '../../../src/ui/state/learner-journal.js';
import type { LogLeadership, LogStatus, TabSnapshot } from '../../../src/ui/state/log-leadership.js';
import { ManualFrames, NodeScenarioHost } from '../fixtures/scenario-host.js';

/** A journal that several tabs share, as they share the log. */
class SharedJournal implements LearnerJournal {
  state: LearnerState | undefined;

  load(): Promise<LearnerState | undefined> {
    return Promise.resolve(this.state);
  }

  save(state: LearnerState): void {
    this.state = structuredClone(state);
  }
}

/** The tabs of a browser, of which one at most leads. */
class Tabs {
  private readonly tabs: Tab[] = [];

  add(status: LogStatus): Tab {
    const tab = new Tab(status, this);
    this.tabs.push(tab);
    return tab;
  }

  others(tab: Tab): readonly Tab[] {
    return this.tabs.filter((other) => other !== tab);
  }
}

class Tab implements LogLeadership {
  private readonly listeners = new Set<(status: LogStatus) => void>();
  private readonly failed = new Set<(error: unknown) => void>();
  private readonly followers = new Set<(snapshot: TabSnapshot) => void>();

  constructor(
    public status: LogStatus,
    private readonly tabs: Tabs,
  ) {}

  takeOver(): Promise<void> {
    for (const other of this.tabs.others(this)) if (other.status === 'leading') other.change('waiting');
    this.change('leading');
    return Promise.resolve();
  }

  watch(): void {
    this.change('watching');
  }

  onChange(listener: (status: LogStatus) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  publish(snapshot: TabSnapshot): void {
    for (const other of this.tabs.others(this)) {
      if (other.status === 'watching') for (const follower of other.followers) follower(structuredClone(snapshot));
    }
  }

  onSnapshot(listener: (snapshot: TabSnapshot) => void): () => void {
    this.followers.add(listener);
    return () => this.followers.delete(listener);
  }

  onFailure(listener: (error: unknown) => void): () => void {
    this.failed.add(listener);
    return () => this.failed.delete(listener);
  }

  /** The log ends: first it is no longer here, then it is told why. */
  fail(error: unknown): void {
    this.change('waiting');
    for (const listener of this.failed) listener(error);
  }

  private change(status: LogStatus): void {
    this.status = status;
    for (const listener of this.listeners) listener(status);
  }
}

/** A page's address, without a page. */
class Address {
  private readonly listeners: (() => void)[] = [];
  readonly location = new HashLocation(() => {
    for (const listener of this.listeners) listener();
  });

  addEventListener(_: string, listener: () => void): void {
    this.listeners.push(listener);
  }
}

class HashLocation {
  private at = '#/';

  constructor(private readonly changed: () => void) {}

  get hash(): string {
    return this.at;
  }

  set hash(hash: string) {
    this.at = hash;
    this.changed();
  }
}

let host: NodeScenarioHost;
let journal: SharedJournal;
let tabs: Tabs;

beforeEach(() => {
  host = new NodeScenarioHost();
  journal = new SharedJournal();
  tabs = new Tabs();
});

async function openTab(status: LogStatus): Promise<{ app: AppState; tab: Tab }> {
  const app = new AppState(host, new ManualFrames(host), new Address() as unknown as Window, 'en');
  const tab = tabs.add(status);
  await app.connect(journal, tab);
  return { app, tab };
}

const settled = async (isSettled: () => boolean): Promise<void> =>
  expect.poll(isSettled, { timeout: 10_000 }).toBe(true);

describe('one tab', () => {
  test('keeps what the learner chose and answered, and finds it again', async () => {
    const { app } = await openTab('leading');
    app.settings.language = 'zh-Hans';
    app.settings.nextTheme();
    app.settingsChanged();
    app.router.go('three-ways');
    await app.openRoute(app.router.route);
    await app.player?.continue();
    await app.player?.choose(['6']);
    const { app: again } = await openTab('leading');
    expect(again.settings.saved).toMatchObject({ language: 'zh-Hans', theme: 'light' });
    expect(again.predicted('three-ways')).toEqual({ made: 1, of: 5 });
    again.router.go('three-ways');
    await again.openRoute(again.router.route);
    expect(again.player?.step.id).toBe('queue-share');
    expect(again.player?.answer).toEqual({ chosen: ['6'] });
  });

  test('runs the scenario on own records, apart from the other play', async () => {
    const { app } = await openTab('leading');
    await app.playOwn('three-ways/own', [
      { key: 'x', value: '1' },
      { key: 'x', value: '2' },
    ]);
    expect(app.router.route).toBe('three-ways/own');
    expect(app.player?.spec).toMatchObject({ records: [{}, {}] });
    expect(Object.keys(app.plays)).toEqual(['three-ways/own']);
    const { app: again } = await openTab('leading');
    again.router.go('three-ways/own');
    await again.openRoute(again.router.route);
    expect(again.player?.spec).toMatchObject({ records: [{}, {}] });
  });

  test('asks for records where there are none', async () => {
    const { app } = await openTab('leading');
    app.router.go('three-ways/own');
    await app.openRoute(app.router.route);
    expect(app.router.route).toBe('own-records');
    expect(app.player).toBeUndefined();
  });

  test('without a log works, says why, and keeps nothing', async () => {
    const app = new AppState(host, new ManualFrames(host), new Address() as unknown as Window, 'en');
    await app.open(() => Promise.reject(new PartitaError('STORAGE_UNAVAILABLE', 'IndexedDB is refused.')));
    app.router.go('three-ways');
    await app.openRoute(app.router.route);
    expect(app.logProblem).toEqual({ kind: 'unavailable', message: 'IndexedDB is refused.' });
    expect(app.player?.step.id).toBe('records');
    expect(journal.state).toBeUndefined();
  });

  test('says that its log was lost, and begins another only when it is told to', async () => {
    const app = new AppState(host, new ManualFrames(host), new Address() as unknown as Window, 'en');
    const asked: boolean[] = [];
    await app.open(({ beginAnew }) => {
      asked.push(beginAnew);
      if (!beginAnew) return Promise.reject(new PartitaError('STORE_LOST', 'It is gone.'));
      return Promise.resolve(Object.assign(tabs.add('leading'), { load: journal.load, save: journal.save }));
    });
    expect(app.logProblem?.kind).toBe('lost');
    await app.openAgain({ beginAnew: false });
    expect(app.logProblem?.kind).toBe('lost');
    await app.openAgain({ beginAnew: true });
    expect(app.logProblem).toBeUndefined();
    expect(app.status).toBe('leading');
    expect(asked).toEqual([false, false, true]);
  });

  test('whose storage fails while it is open goes on where it stood, and says why', async () => {
    const { app, tab } = await openTab('leading');
    app.router.go('three-ways');
    await app.openRoute(app.router.route);
    await app.player?.continue();
    tab.fail(new PartitaError('STORE_LOST', 'It is gone.'));
    await settled(() => app.logProblem?.kind === 'lost');
    await settled(() => app.acts && app.player?.step.id === 'queue-share');
  });
});

describe('two tabs', () => {
  test('the second opens nothing until it is told what to do', async () => {
    await openTab('leading');
    const { app } = await openTab('waiting');
    app.router.go('three-ways');
    await app.openRoute(app.router.route);
    expect(app.player).toBeUndefined();
    expect(app.lostTheLog).toBe(false);
  });

  test('a watching tab goes where the first goes, and writes nothing', async () => {
    const { app: first } = await openTab('leading');
    const { app: second } = await openTab('waiting');
    second.watch();
    first.router.go('three-ways');
    await first.openRoute(first.router.route);
    await first.player?.continue();
    const written = journal.state;
    await settled(() => second.player?.step.id === 'queue-share');
    expect(second.router.route).toBe('three-ways');
    expect(second.acts).toBe(false);
    expect(journal.state).toBe(written);
  });

  test('who takes over goes on where the first stood; the first says that it lost the log, and can take it back', async () => {
    const { app: first } = await openTab('leading');
    first.router.go('three-ways');
    await first.openRoute(first.router.route);
    await first.player?.continue();
    const { app: second } = await openTab('waiting');
    second.router.go('three-ways');
    await second.takeOver();
    await settled(() => second.player?.step.id === 'queue-share');
    expect(first.status).toBe('waiting');
    expect(first.lostTheLog).toBe(true);
    await second.player?.choose(['12']);
    await first.takeOver();
    await settled(() => first.acts && first.player?.answer !== undefined);
    expect(first.lostTheLog).toBe(false);
    expect(first.player?.answer).toEqual({ chosen: ['12'] });
    expect(second.lostTheLog).toBe(true);
  });
});
