import type { Millis } from '../../../../../src/engine/environment/environment.js';
import { randomInteger } from '../../../../../src/engine/environment/environment.js';
import { SeededRandom } from '../../../../../src/engine/environment/seeded-random.js';
import { Hub } from '../../../../../src/engine/platform/browser/tabs/hub.js';
import type { LeaderMark } from '../../../../../src/engine/platform/browser/tabs/leader-mark.js';
import { settle } from '../../../../../src/engine/platform/node/settle.js';
import { Scheduler } from '../../../../../src/engine/simulation/scheduler.js';
import { SharedLog } from './shared-log.js';
import { SimulatedLocks } from './simulated-locks.js';
import { SimulatedTab } from './simulated-tab.js';

/** What can go wrong with messages between tabs. */
export interface Faults {
  /** One message in so many comes twice; 0: none. */
  readonly repeatsOneIn: number;
  /** The longest time that a message is late; those that were sent later may come earlier. 0: all come in order. */
  readonly longestDelayMs: Millis;
}

const noFaults: Faults = { repeatsOneIn: 0, longestDelayMs: 0 };

/** How long a message takes that is not late. */
const messageMs: Millis = 1;

/** Several tabs of one origin in virtual time, on a storage that they share. The same seed and the same calls give the same run. */
export class SimulatedBrowser {
  readonly timers = new Scheduler(1_000_000);
  readonly locks = new SimulatedLocks();
  readonly log: SharedLog;
  readonly tabs: SimulatedTab[] = [];
  hasHub = true;
  private readonly random: SeededRandom;
  private readonly hubs = new Map<string, { readonly hub: Hub; readonly host: SimulatedTab }>();
  private readonly broadcasts = new Set<SimulatedBroadcast>();
  private numbers = 0;

  constructor(
    readonly seed: string,
    private readonly faults: Faults = noFaults,
    rules?: { readonly isFenced: boolean },
  ) {
    this.random = new SeededRandom(seed);
    this.log = new SharedLog(this, rules);
  }

  get now(): Millis {
    return this.timers.now();
  }

  nextNumber(): number {
    return this.numbers++;
  }

  open({ takeOver = false } = {}): SimulatedTab {
    const tab = new SimulatedTab(`tab-${this.tabs.length}`, this, this.log, takeOver);
    this.tabs.push(tab);
    return tab;
  }

  /** The tabs that believe that the broker runs in them, and are awake. */
  get brokers(): readonly SimulatedTab[] {
    return this.tabs.filter(({ isAwake, role }) => isAwake && role === 'broker');
  }

  /** Lets all happen that is due within `ms`. */
  async advance(ms: Millis): Promise<void> {
    const until = this.now + ms;
    await settle();
    for (let next = this.timers.takeNext(until); next !== undefined; next = this.timers.takeNext(until)) {
      void next();
      await settle();
    }
    this.timers.advanceTo(until);
  }

  /** Lets time pass until `isSo`, at most `limitMs`; gives how long that took. */
  async until(isSo: () => boolean, limitMs: Millis): Promise<Millis> {
    const from = this.now;
    while (!isSo()) {
      if (this.now - from > limitMs) throw new Error(`It is not so after ${limitMs} ms.`);
      await this.advance(1);
    }
    return this.now - from;
  }

  /** The outcome of `promise`, after as much time as it takes. */
  async outcome<Value>(promise: Promise<Value>, limitMs: Millis = 60_000): Promise<Value> {
    let isSettled = false;
    const note = (): void => void (isSettled = true);
    promise.then(note, note);
    await this.until(() => isSettled, limitMs);
    return promise;
  }

  channel(owner: SimulatedTab): MessageChannel {
    const [port1, port2] = [new SimulatedPort(this), new SimulatedPort(this)];
    port1.moveTo(owner);
    port2.moveTo(owner);
    port1.peer = port2;
    port2.peer = port1;
    return { port1, port2 } as unknown as MessageChannel;
  }

  /** Hubs live in the process of the tab that was the first to ask for them, and sleep and die with it. */
  openHub(tab: SimulatedTab, { lock }: LeaderMark): MessagePort | undefined {
    if (!this.hasHub) return undefined;
    let found = this.hubs.get(lock);
    if (found === undefined || !found.host.isAlive) {
      found = { hub: new Hub(), host: tab };
      this.hubs.set(lock, found);
    }
    const { port1, port2 } = this.channel(tab);
    (port2 as unknown as SimulatedPort).moveTo(found.host);
    found.hub.join(port2);
    return port1;
  }

  openBroadcast(tab: SimulatedTab, name: string): SimulatedBroadcast {
    const broadcast = new SimulatedBroadcast(
      name,
      tab,
      (data) => {
        for (const other of this.broadcasts)
          if (other !== broadcast && other.name === name)
            this.deliver(
              () => other.owner,
              () => other.hear(data),
            );
      },
      () => this.broadcasts.delete(broadcast),
    );
    this.broadcasts.add(broadcast);
    return broadcast;
  }

  /** Has a message arrive some time later, perhaps twice. */
  deliver(to: () => SimulatedTab, arrive: () => void): void {
    const { repeatsOneIn, longestDelayMs } = this.faults;
    const times = repeatsOneIn > 0 && randomInteger(this.random, repeatsOneIn) === 0 ? 2 : 1;
    for (let time = 0; time < times; time++)
      this.timers.set(messageMs + randomInteger(this.random, longestDelayMs + 1), () => to().run(arrive));
  }
}

/** A message port whose messages take their time. A port that is sent moves to the tab that gets it; a message that comes twice brings it only once. */
export class SimulatedPort {
  peer: SimulatedPort | undefined;
  private owner: SimulatedTab | undefined;
  private listener: ((event: { readonly data: unknown }) => void) | null = null;
  private early: unknown[] = [];
  private isClosed = false;

  constructor(private readonly browser: SimulatedBrowser) {}

  moveTo(tab: SimulatedTab): void {
    this.owner = tab;
  }

  set onmessage(listener: ((event: { readonly data: unknown }) => void) | null) {
    this.listener = listener;
    for (const data of this.early.splice(0)) listener?.({ data });
  }

  postMessage(message: unknown): void {
    const { peer } = this;
    if (this.isClosed || peer === undefined) return;
    // The port may be on its way to another tab: the message follows it there.
    let isFirst = true;
    const to = (): SimulatedTab => peer.owner as SimulatedTab;
    this.browser.deliver(to, () => {
      const port = portIn(message);
      if (port !== undefined && !isFirst) return;
      isFirst = false;
      port?.moveTo(to());
      peer.arrive(message);
    });
  }

  close(): void {
    this.isClosed = true;
    this.listener = null;
  }

  private arrive(data: unknown): void {
    if (this.isClosed) return;
    if (this.listener === null) this.early.push(data);
    else this.listener({ data });
  }
}

function portIn(message: unknown): SimulatedPort | undefined {
  const { port } = (message ?? {}) as { readonly port?: unknown };
  return port instanceof SimulatedPort ? port : undefined;
}

class SimulatedBroadcast {
  onmessage: ((event: MessageEvent) => unknown) | null = null;

  constructor(
    readonly name: string,
    readonly owner: SimulatedTab,
    readonly postMessage: (data: unknown) => void,
    readonly close: () => void,
  ) {}

  hear(data: unknown): void {
    this.onmessage?.({ data } as MessageEvent);
  }
}
