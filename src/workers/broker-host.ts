import type { StorageErrorCode } from '../engine/environment/storage.js';
import type { LeaderMark } from '../engine/platform/browser/tabs/leader-mark.js';
import type { TabRole } from '../engine/platform/browser/tabs/candidate.js';
import type { ErrorData } from '../engine/protocol/kafka-error.js';

/**
 * What the broker worker offers to its page (through Comlink): control only. Requests travel on the ports that `connect` is given. Every tab has such a worker; the broker runs in one
 * of them, the others pass ports on to it.
 */
export interface BrokerHost {
  /** Holds the lock for as long as the worker lives: whoever waits for it learns of its death. To be called first; resolves when it is held. */
  live(lock: string): Promise<void>;
  /** Resolves once there is a broker, here or in another tab. */
  start(options: BrokerHostOptions, page: BrokerPage): Promise<Started>;
  /** Sends the port to the broker, waiting until there is one. */
  connect(port: MessagePort): Promise<HostAnswer<{ readonly term: number }>>;
  /** Brings the broker to this worker; resolves when it runs here. */
  takeOver(): Promise<HostAnswer>;
  /** Ends. If the broker runs here, everything acknowledged is written first. */
  stop(): Promise<void>;
}

/** What the page offers to its worker, and is told by it. */
export interface BrokerPage {
  roleChanged(role: TabRole): void;
  /** The connections of this term, and of those before it, are lost. */
  termEnded(term: number, why: string): void;
  /** There will be no broker for this tab any more. */
  ended(end: HostFailure): void;
  /** The log is kept in the store with that incarnation: to be remembered where the browser keeps it apart from IndexedDB. */
  storeOpened(incarnation: string): void;
  /** The incarnation that is remembered. */
  rememberedStore(): string | undefined;
  /** A port to the hub of that leader, if there is one that can be reached. */
  openHub(mark: LeaderMark): MessagePort | undefined;
}

export interface BrokerHostOptions {
  /** Names the cluster, and its database. */
  readonly name: string;
  readonly storage: 'indexeddb' | 'memory';
  readonly profile: 'kafka' | 'classroom' | 'test';
  readonly takeOver: boolean;
  /** What to do at first if the browser has lost the store: `fail`, or begin another. What is lost later always ends the log. */
  readonly ifLost: 'fail' | 'begin-anew';
  /** How many bytes the store may hold. */
  readonly budgetBytes: number | undefined;
  /** How long to wait for a leader that can't be reached. */
  readonly waitMs: number;
  /** Where other tabs can find a port to this one: in shared workers that run this worker's script, or in a service worker that knows the page by that name. */
  readonly hub: 'shared' | { readonly service: string } | undefined;
  /** The lock that was given to `live`. */
  readonly lifeLock: string;
}

export type HostAnswer<Answer = object> =
  ({ readonly ok: true } & Answer) | { readonly ok: false; readonly error: ErrorData };

export type Started =
  | {
      readonly ok: true;
      readonly role: TabRole;
      /** What was lost, if another store was begun in its place. */
      readonly lost?: string;
    }
  | { readonly ok: false; readonly failure: HostFailure };

/** `unreachable`: another tab has the log and can't be reached. `fenced`: another took the storage. `storage`: it can't be opened. */
export type HostFailure =
  | { readonly kind: 'unreachable' | 'fenced' }
  | {
      readonly kind: 'storage';
      readonly error: ErrorData;
      /** The storage's own code; undefined if something else failed. */
      readonly code: StorageErrorCode | undefined;
    };
