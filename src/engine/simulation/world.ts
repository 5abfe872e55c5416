import { Broker } from '../broker/broker.js';
import { loadRegexEngine } from '../broker/topic-regex.js';
import type { Millis } from '../environment/environment.js';
import { SeededRandom } from '../environment/seeded-random.js';
import type { Storage, StorageWrite } from '../environment/storage.js';
import type { Environment, RecordedEvent } from '../environment/trace-events.js';
import type { BrokerAddress, Network, RequestHandler } from '../protocol/connection.js';
import { Component } from './component.js';
import type { NetworkFaults } from './network-faults.js';
import { Scheduler } from './scheduler.js';
import { SimulatedNetwork, Switchboard, type Parting } from './simulated-network.js';
import { noStorageFaults, SimulatedStorage, type StorageFaults } from './simulated-storage.js';
import { SimulationFailure } from './simulation-failure.js';
import { TraceRecorder } from './trace-recorder.js';

/** Where clients of a simulated world find its broker. */
export const brokerAddress: BrokerAddress = { host: 'broker', port: 9092 };
const brokerName = 'broker';
/** More happenings than this within one virtual millisecond are taken for a loop that never lets time go on. */
const mostEventsAtOneTime = 100_000;

type BrokerOptions = Omit<Parameters<typeof Broker.start>[1], 'advertised'>;

export interface WorldOptions {
  /** Any text: draws every delay and every random number of the world's components. */
  readonly seed: string;
  /** Lets every promise continuation run that can; may reject with what was left unhandled (platform/node/settle.ts, platform/browser/settle.ts). */
  readonly settle: () => Promise<void>;
  /** When virtual time begins; the start of 2026 when absent. */
  readonly startMs?: Millis;
  /** Told the name of each fault that befell a message or a storage call. */
  readonly probe?: (name: string) => void;
}

/**
 * A world of brokers, clients and models on virtual time. What happens in it is a pure function of the seed and of what its components do: one
 * thing happens at a time, and all that follows from it without waiting has followed before the next. A failure inside a component fails the run.
 */
export class World {
  private readonly scheduler: Scheduler;
  private readonly recorder: TraceRecorder;
  private readonly random: SeededRandom;
  private readonly switchboard: Switchboard;
  private readonly components = new Map<string, Component>();
  private readonly lives = new Map<string, number>();
  private readonly held = new Set<Promise<undefined>>();
  private broker: { readonly storage: SimulatedStorage; running?: Broker } | undefined;
  private readonly storageFaults = { current: noStorageFaults };
  private storages = 0;
  private isRunning = false;
  private events = 0;
  private failure: SimulationFailure | undefined;

  constructor(private readonly options: WorldOptions) {
    this.scheduler = new Scheduler(options.startMs ?? Date.UTC(2026, 0, 1));
    this.recorder = new TraceRecorder(this.scheduler);
    this.random = new SeededRandom(options.seed);
    const failed = (error: unknown): void => this.fail(error);
    this.switchboard = new Switchboard(this.scheduler, this.random.fork('network'), failed, this.probe);
  }

  get now(): Millis {
    return this.scheduler.now();
  }

  /** How many things have happened so far: timers, arrivals, storage calls. */
  get happened(): number {
    return this.events;
  }

  /** What the components said so far, in the order in which they said it. */
  get trace(): readonly RecordedEvent[] {
    return this.recorder.events;
  }

  /** The environment of the component `name` in its present life: the same each time, a new one after `crash`. */
  environment(name: string): Environment {
    return this.component(name).environment;
  }

  /** What the client `name` sees of the network. */
  network(name: string): Network {
    return new SimulatedNetwork(this.component(name), this.switchboard, [brokerAddress]);
  }

  /** `real`, with calls that take virtual time. One for each life of the process that uses it. */
  storage(real: Storage): SimulatedStorage {
    return new SimulatedStorage(this.scheduler, this.random.fork(`storage:${this.storages++}`), real, {
      current: () => this.storageFaults.current,
      probe: this.probe,
      whenAwake: (happen) => {
        const user = this.components.get(brokerName);
        if (user === undefined) happen();
        else user.whenAwake(happen);
      },
    });
  }

  /** Has `handler` take the requests to `address`, as the component `name`, until that crashes. */
  listen(name: string, handler: RequestHandler, address = brokerAddress): void {
    this.switchboard.listen(address, { component: this.component(name), handler });
  }

  /**
   * Starts the world's broker, at `brokerAddress`, over a storage of `storage()` or a real one. `around` may put something of its own between the network
   * and the broker. Settles as virtual time goes on.
   */
  async startBroker(
    options: BrokerOptions,
    around: (broker: RequestHandler) => RequestHandler = (broker) => broker,
  ): Promise<Broker> {
    const storage = options.storage instanceof SimulatedStorage ? options.storage : this.storage(options.storage);
    const started: NonNullable<World['broker']> = { storage };
    this.broker = started;
    const environment = this.environment(brokerName);
    const { loadRegexes = loadRegexEngine } = options;
    started.running = await Broker.start(environment, {
      ...options,
      storage,
      advertised: brokerAddress,
      // How long the real world takes to load it must not be seen in this one.
      loadRegexes: () => this.hold(loadRegexes()),
    });
    this.listen(brokerName, around(started.running));
    return started.running;
  }

  /** Shuts the broker down: its connections are closed from its side, and what it has begun is finished. Settles as virtual time goes on. */
  async stopBroker(): Promise<void> {
    const { running } = this.requireBroker();
    if (running === undefined) throw new Error('The broker has not started yet. Await startBroker first.');
    this.switchboard.stopListening(brokerAddress);
    await running.stop();
    this.endLife(brokerName);
    this.broker = undefined;
  }

  /**
   * The broker is gone from one event to the next: its connections are lost, its unsettled storage calls abandoned. Start it again over another
   * `storage()` of the same real storage, once this has resolved; virtual time stands still until then. It may be starting still. Gives what it was just writing: of
   * that anything may have reached the disk.
   */
  async crashBroker(): Promise<readonly (readonly StorageWrite[])[]> {
    const { storage } = this.requireBroker();
    this.broker = undefined;
    this.crash(brokerName);
    return await this.hold(storage.abandon());
  }

  /** The component `name` is gone: its timers never fire, its connections are lost without a word. */
  crash(name: string): void {
    this.component(name).crash();
    this.endLife(name);
  }

  /** Stops the component `name` in its tracks until `wake`; what comes for it waits. */
  freeze(name: string): void {
    this.component(name).freeze();
  }

  /** Lets the component `name` go on. */
  wake(name: string): void {
    this.component(name).wake();
  }

  /** Sets the clock of the component `name`, in its present life, so far ahead of the world's, or behind it. */
  setClockAhead(name: string, byMs: Millis): void {
    this.component(name).setClockAhead(byMs);
  }

  /** What goes wrong with messages from now on. */
  setNetworkFaults(faults: NetworkFaults): void {
    this.switchboard.faults = faults;
  }

  /** What goes wrong with storage calls that begin from now on. */
  setStorageFaults(faults: StorageFaults): void {
    this.storageFaults.current = faults;
  }

  /** Loses the open connections of a client, or of all of them; they may connect again. */
  dropConnections(client?: string): void {
    this.switchboard.dropConnections(client);
  }

  /** Cuts a client off from every broker until `heal`; it keeps running. */
  cutOff(client: string): void {
    this.switchboard.cut(client);
  }

  /** Holds what a client sends, or what is sent to it, until `heal`; nobody is told. */
  part(client: string, way: Parting): void {
    this.switchboard.part(client, way);
  }

  /** Lets a client that was cut off or parted reach its brokers again. */
  heal(client: string): void {
    this.switchboard.heal(client);
  }

  /** Fails the run if `promise` is rejected: for work that nobody waits for. */
  watch(promise: Promise<unknown>): void {
    promise.catch((error: unknown) => this.fail(error));
  }

  /** Lets all happen that is due by `time` (virtual, since the epoch). Rejects with a `SimulationFailure`. */
  async advanceTo(time: Millis): Promise<void> {
    await this.run(time, () => false);
  }

  /** As `advanceTo`, for `duration` from now. */
  async advanceBy(duration: Millis): Promise<void> {
    await this.advanceTo(this.now + duration);
  }

  /** Lets things happen until `predicate` holds, or until `limit` (virtual, since the epoch): tells which. Rejects with a `SimulationFailure`. */
  async runUntil(predicate: () => boolean, limit: Millis): Promise<boolean> {
    return await this.run(limit, predicate);
  }

  /** Lets things happen until `promise` settles, and gives its outcome. Rejects with a `SimulationFailure` if it takes longer than `longest`. */
  async outcome<Value>(promise: Promise<Value>, longest: Millis = 60_000): Promise<Value> {
    let isSettled = false;
    const settled = (): void => {
      isSettled = true;
    };
    promise.then(settled, settled);
    if (!(await this.run(this.now + longest, () => isSettled)))
      throw this.failureOf(`What was waited for had not settled after ${longest} ms of virtual time.`);
    return await promise;
  }

  private async run(limit: Millis, isDone: () => boolean): Promise<boolean> {
    if (this.isRunning)
      throw new Error('This world is advancing already. Wait for that to end before you advance it again.');
    this.isRunning = true;
    try {
      await this.comeToRest();
      let eventsNow = 0;
      while (!isDone()) {
        const before = this.now;
        const happen = this.scheduler.takeNext(limit);
        if (happen === undefined) {
          this.scheduler.advanceTo(limit);
          return false;
        }
        this.events++;
        eventsNow = this.now === before ? eventsNow + 1 : 0;
        if (eventsNow > mostEventsAtOneTime)
          this.fail(new Error(`${mostEventsAtOneTime} things happened without any time going by.`));
        try {
          const happening = happen();
          if (happening !== undefined) await happening;
          await this.options.settle();
        } catch (error) {
          this.fail(error);
        }
        if (this.held.size > 0 || this.failure !== undefined) await this.comeToRest();
      }
      return true;
    } finally {
      this.isRunning = false;
    }
  }

  /** Everything that follows from what has happened, and does not wait for time, has followed. */
  private async comeToRest(): Promise<void> {
    try {
      await this.options.settle();
      while (this.held.size > 0) {
        await Promise.all(this.held);
        await this.options.settle();
      }
    } catch (error) {
      this.fail(error);
    }
    if (this.failure !== undefined) throw this.failure;
  }

  /** Virtual time stands still until `work` has settled. */
  private hold<Value>(work: Promise<Value>): Promise<Value> {
    const held = work.then(
      () => undefined,
      () => undefined,
    );
    this.held.add(held);
    void held.then(() => this.held.delete(held));
    return work;
  }

  private fail(error: unknown): void {
    const found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.failure ??= this.failureOf(`A simulated component failed: ${found}`, error);
  }

  private failureOf(found: string, cause?: unknown): SimulationFailure {
    return new SimulationFailure(this.options.seed, this.now, found, cause === undefined ? undefined : { cause });
  }

  private readonly probe = (name: string): void => this.options.probe?.(name);

  private requireBroker(): NonNullable<World['broker']> {
    if (this.broker === undefined) throw new Error('This world has no broker. Start one first.');
    return this.broker;
  }

  private component(name: string): Component {
    const known = this.components.get(name);
    if (known !== undefined) return known;
    const life = (this.lives.get(name) ?? 0) + 1;
    this.lives.set(name, life);
    const random = this.random.fork(life === 1 ? `component:${name}` : `component:${name}#${life}`);
    const component = new Component(name, this.scheduler, random, this.recorder.tracer(name));
    this.components.set(name, component);
    return component;
  }

  private endLife(name: string): void {
    this.components.get(name)?.crash();
    this.components.delete(name);
  }
}
