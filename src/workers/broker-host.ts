import type { ErrorData } from '../engine/protocol/kafka-error.js';

/** What the broker worker offers to the page (through Comlink): control only. Requests travel on the ports that `connect` is given. */
export interface BrokerHost {
  /** `onFenced` is called if another opens the storage for writing later on: nothing more of ours is written then. */
  start(options: BrokerHostOptions, onFenced: () => void): Promise<Started>;
  /** Serves the port as one more connection. */
  connect(port: MessagePort): Promise<void>;
  /** Ends after everything acknowledged is written. */
  stop(): Promise<void>;
}

export interface BrokerHostOptions {
  /** Names the cluster, and its database. */
  readonly name: string;
  readonly storage: 'indexeddb' | 'memory';
  readonly profile: 'kafka' | 'classroom' | 'test';
  /** Held by the worker for as long as it lives: whoever waits for it learns of its death. */
  readonly lifeLock: string;
}

export type Started = { readonly ok: true } | { readonly ok: false; readonly error: ErrorData };
