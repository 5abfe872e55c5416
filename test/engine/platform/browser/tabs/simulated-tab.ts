import type { Millis } from '../../../../../src/engine/environment/environment.js';
import { SeededRandom } from '../../../../../src/engine/environment/seeded-random.js';
import {
  Candidate,
  type CandidateEnd,
  type TabRole,
} from '../../../../../src/engine/platform/browser/tabs/candidate.js';
import type { TabWorld } from '../../../../../src/engine/platform/browser/tabs/tab-world.js';
import { KafkaError } from '../../../../../src/engine/protocol/kafka-error.js';
import type { SharedLog } from './shared-log.js';
import type { SimulatedBrowser } from './simulated-browser.js';

export const logName = 'shop';

/** One tab: its worker with a candidate, and a page that writes to the log. It can sleep, wake and die at any time. */
export class SimulatedTab {
  readonly candidate: Candidate;
  role: TabRole | undefined;
  end: CandidateEnd | undefined;
  /** When this tab last became the one with the broker. */
  ledFromMs: Millis | undefined;
  private state: 'alive' | 'asleep' | 'dead' = 'alive';
  private missed: (() => void)[] = [];
  private readonly losses = new Set<{ readonly term: number; readonly lost: () => void }>();
  private overTerm = 0;

  constructor(
    readonly id: string,
    private readonly browser: SimulatedBrowser,
    log: SharedLog,
    takeOver: boolean,
  ) {
    const world = this.world();
    void world.locks.request(world.life, () => new Promise<never>(() => {}));
    this.candidate = new Candidate(world, logName, {
      waitMs: 300,
      startBroker: (onFenced) => log.open(this, onFenced),
      onRole: (role) => {
        this.role = role;
        if (role === 'broker') this.ledFromMs = browser.now;
      },
      onTermEnd: (term) => this.endTerms(term),
      onEnd: (end) => {
        this.end = end;
        this.endTerms(Infinity);
      },
    });
    this.candidate.start({ takeOver });
  }

  get isAwake(): boolean {
    return this.state === 'alive';
  }

  get isAlive(): boolean {
    return this.state !== 'dead';
  }

  /** Has the tab do something: at once if it is awake, when it wakes if it sleeps, never if it is dead. */
  run(task: () => void): void {
    if (this.state === 'alive') task();
    else if (this.state === 'asleep') this.missed.push(task);
  }

  sleep(): void {
    if (this.state === 'alive') this.state = 'asleep';
  }

  wake(): void {
    if (this.state !== 'asleep') return;
    this.state = 'alive';
    for (const task of this.missed.splice(0)) this.run(task);
  }

  die(): void {
    this.state = 'dead';
    this.browser.locks.forget(this);
  }

  /** Writes a value once, whatever it takes; resolves when it is acknowledged, rejects when the tab gives up. */
  async append(value: string): Promise<void> {
    while (this.end === undefined) if (await this.tryToAppend(value)) return;
    throw new KafkaError('BROKER_NOT_AVAILABLE');
  }

  private async tryToAppend(value: string): Promise<boolean> {
    const { port1, port2 } = this.browser.channel(this);
    const term = await this.candidate.connect(port2);
    return new Promise((resolve) => {
      if (term <= this.overTerm) return resolve(false);
      const loss = { term, lost: () => resolve(false) };
      this.losses.add(loss);
      port1.onmessage = ({ data }: MessageEvent<unknown>) => {
        this.losses.delete(loss);
        resolve(data === 'stored');
      };
      port1.postMessage(value);
    });
  }

  private endTerms(term: number): void {
    this.overTerm = Math.max(this.overTerm, term);
    for (const loss of this.losses) {
      if (loss.term > term) continue;
      this.losses.delete(loss);
      loss.lost();
    }
  }

  private world(): TabWorld {
    const { browser } = this;
    return {
      environment: {
        clock: { now: () => browser.now },
        timers: { set: (delayMs, callback) => browser.timers.set(delayMs, () => this.run(callback)) },
        random: new SeededRandom(`${browser.seed} ${this.id}`),
      },
      locks: browser.locks.of(this),
      isAlone: false,
      life: `life of ${this.id}`,
      hub: 'shared:hub.js',
      openHub: (mark) => Promise.resolve(browser.openHub(this, mark)),
      openBroadcast: (name) => browser.openBroadcast(this, name),
      openChannel: () => browser.channel(this),
      newId: () => `${this.id}@${browser.now}#${browser.nextNumber()}`,
    };
  }
}
