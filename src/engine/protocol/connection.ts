import type { ApiName, RequestOf, ResponseOf } from './apis.js';

/**
 * The wall between clients and brokers: one function that takes Kafka's request and gives Kafka's response. In process, through a worker's
 * message port, over TCP or WebSocket: a client cannot tell them apart.
 */
export interface Connection {
  /** Names the connection on both of its ends; `request:<id>:<n>` names the n-th request (from 0) in traces. */
  readonly id: string;
  /** Resolves, never rejects, once nothing more can be sent: with why. */
  readonly closed: Promise<ConnectionClosed>;
  /**
   * Sends one request; answers come in the order of the requests. Fields of the request that have a default may be left out.
   * Rejects with `KafkaError` NETWORK_EXCEPTION when the connection is lost (the outcome is then unknown) and REQUEST_TIMED_OUT after `timeoutMs`.
   */
  send<Api extends ApiName>(call: Call<Api>, request: RequestOf<Api>): Promise<ResponseOf<Api>>;
  close(): void;
}

export interface Call<Api extends ApiName> {
  readonly api: Api;
  readonly version: number;
  readonly clientId: string | null;
  /** The longest wait for the answer; the network's own limit when absent. */
  readonly timeoutMs?: number;
}

export interface ConnectionClosed {
  readonly reason: 'closed' | 'peer-closed' | 'lost';
  readonly message: string;
}

/** Where brokers are. The client finds the first by `bootstrap`, the others by Metadata. */
export interface Network {
  readonly bootstrap: readonly BrokerAddress[];
  connect(address: BrokerAddress): Promise<Connection>;
}

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** What a network delivers to: a broker. `connection` identifies the peer and tells when it is gone; `request` is the event id of this request. */
export interface RequestHandler {
  handle<Api extends ApiName>(
    context: RequestContext,
    call: Call<Api>,
    request: RequestOf<Api>,
  ): Promise<ResponseOf<Api>>;
  /** The connection is gone: what was kept for it (fetch sessions, waiting fetches) can go. */
  disconnected(connectionId: string): void;
}

export interface RequestContext {
  readonly connectionId: string;
  /** The address that the client is at, as Kafka writes it; absent where connections have none. */
  readonly clientHost?: string | undefined;
  /** `request:<connection>:<n>`, the cause of what this request brings about. */
  readonly requestId: string;
}
