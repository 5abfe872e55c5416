import type { Random } from '../environment/environment.js';
import type { BrokerAddress, Connection, Network } from '../protocol/connection.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { Component } from './component.js';
import { MessageFates, noNetworkFaults, type NetworkFaults } from './network-faults.js';
import type { Scheduler } from './scheduler.js';
import { SimulatedConnection, type Listener } from './simulated-connection.js';
import { Wire } from './wire.js';

/** Which way nothing gets through between a client and its brokers; whoever waits learns nothing of it. */
export type Parting = 'to-broker' | 'to-client' | 'both';

/** Every wire of a simulated world: who listens where, which connections are open, whose cable is out. */
export class Switchboard {
  private readonly listeners = new Map<string, Listener>();
  private readonly connections = new Set<SimulatedConnection>();
  private readonly connectionCounts = new Map<string, number>();
  private readonly cutOff = new Set<string>();
  private readonly parted = new Map<string, Parting>();
  private readonly held = new Map<string, Set<Wire>>();
  faults: NetworkFaults = noNetworkFaults;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly failed: (error: unknown) => void,
    private readonly probe: (name: string) => void,
  ) {}

  /** Takes requests to `address` until the component has crashed or `stopListening`. */
  listen(address: BrokerAddress, listener: Listener): void {
    const name = textOf(address);
    const before = this.listeners.get(name);
    if (before?.component.isAlive)
      throw new Error(`${before.component.name} listens at ${name} already. Stop or crash it first.`);
    this.listeners.set(name, listener);
  }

  /** Closes every connection to `address`, as a broker does that shuts down. */
  stopListening(address: BrokerAddress): void {
    const listener = this.listeners.get(textOf(address));
    this.listeners.delete(textOf(address));
    for (const connection of this.connections) {
      if (connection.listener === listener)
        connection.closeFromBroker(`The broker at ${textOf(address)} has shut down.`);
    }
  }

  /** Loses the open connections of one client, or of all: both ends learn of it at once, what is under way is lost. */
  dropConnections(client?: string): void {
    for (const connection of [...this.connections])
      if (client === undefined || connection.client.name === client) connection.drop();
  }

  /** Loses the connections of a client and lets it make no new ones, until `heal`. */
  cut(client: string): void {
    this.cutOff.add(client);
    this.dropConnections(client);
  }

  heal(client: string): void {
    this.cutOff.delete(client);
    this.parted.delete(client);
    for (const wire of this.held.get(client) ?? []) wire.release();
    this.held.delete(client);
  }

  /** Holds all messages of a client, one way or both, until `heal`. Its connections stay open; nobody is told. */
  part(client: string, way: Parting): void {
    this.parted.set(client, way);
  }

  private isHeld(client: string, way: Parting, wire: Wire): boolean {
    const parting = this.parted.get(client);
    if (parting !== way && parting !== 'both') return false;
    this.held.set(client, (this.held.get(client) ?? new Set()).add(wire));
    return true;
  }

  /** Makes a connection in one round trip. Rejects with NETWORK_EXCEPTION if nobody listens there. */
  connect(client: Component, address: BrokerAddress): Promise<Connection> {
    const number = this.connectionCounts.get(client.name) ?? 0;
    this.connectionCounts.set(client.name, number + 1);
    const id = `${client.name}-${number}`;
    const random = this.random.fork(id);
    const fates = new MessageFates(random.fork('fates'), () => this.faults, this.probe);
    const wire = (way: Parting): Wire => {
      const isHeld = (held: Wire): boolean => this.isHeld(client.name, way, held);
      return new Wire(this.scheduler, random.fork(way), () => fates.longerMs(), isHeld);
    };
    const wires = { toBroker: wire('to-broker'), toClient: wire('to-client'), fates, failed: this.failed };
    return new Promise((resolve, reject) => {
      wires.toBroker.send(() => {
        const listener = this.listeners.get(textOf(address));
        if (!listener?.component.isAlive || this.cutOff.has(client.name)) {
          wires.toClient.send(() => client.whenAwake(() => client.isAlive && reject(unreachable(address))));
          return;
        }
        const connection = new SimulatedConnection(id, client, listener, wires);
        this.connections.add(connection);
        void connection.closed.then(() => this.connections.delete(connection));
        wires.toClient.send(() => client.whenAwake(() => client.isAlive && resolve(connection)));
      });
    });
  }
}

/** What one client sees of a simulated world: connections to its brokers whose messages take 1–5 virtual milliseconds each way. */
export class SimulatedNetwork implements Network {
  constructor(
    private readonly client: Component,
    private readonly switchboard: Switchboard,
    readonly bootstrap: readonly BrokerAddress[],
  ) {}

  /** Rejects with NETWORK_EXCEPTION if nobody listens at `address`. */
  connect(address: BrokerAddress): Promise<Connection> {
    return this.switchboard.connect(this.client, address);
  }
}

function unreachable(address: BrokerAddress): KafkaError {
  return new KafkaError('NETWORK_EXCEPTION', `Nothing answers at ${textOf(address)}. Try again later.`);
}

function textOf({ host, port }: BrokerAddress): string {
  return `${host}:${port}`;
}
