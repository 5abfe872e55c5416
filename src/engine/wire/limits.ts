import type { Millis } from '../environment/environment.js';

/** What a listener puts up with. Times in milliseconds, sizes in bytes. */
export interface ListenerLimits {
  /** The largest request (Kafka's `socket.request.max.bytes`). */
  readonly maxRequestBytes: number;
  /** The largest request before the client has said who it is. */
  readonly maxRequestBytesBeforeAuthentication: number;
  /** So many requests come before the client has said who it is. */
  readonly maxRequestsBeforeAuthentication: number;
  /** So many requests of one connection wait or are under way; more are left unread. */
  readonly maxInFlight: number;
  /** All requests of all connections that are read and not answered: beyond it nobody begins a new one. */
  readonly maxQueuedBytes: number;
  /** The first request is there by then. */
  readonly firstRequestMs: Millis;
  /** The client has said who it is by then. */
  readonly authenticationMs: Millis;
  /** A request that has begun is there by then, or comes at `minBytesPerSecond`. */
  readonly requestMs: Millis;
  readonly minBytesPerSecond: number;
  /** A connection on which nothing happens for so long ends (Kafka's `connections.max.idle.ms`). */
  readonly idleMs: Millis;
  /** Answers that the client does not read: beyond it no more of its requests are handled. */
  readonly maxUnsentBytes: number;
  /** A client that reads nothing of them for so long is cut off. */
  readonly unsentMs: Millis;
}

export const defaultLimits: ListenerLimits = {
  maxRequestBytes: 8 * 1024 * 1024,
  maxRequestBytesBeforeAuthentication: 16 * 1024,
  maxRequestsBeforeAuthentication: 5,
  maxInFlight: 100,
  maxQueuedBytes: 128 * 1024 * 1024,
  firstRequestMs: 5_000,
  authenticationMs: 10_000,
  requestMs: 30_000,
  minBytesPerSecond: 1024,
  idleMs: 600_000,
  maxUnsentBytes: 4 * 1024 * 1024,
  unsentMs: 30_000,
};

/** What `maxRequestBytes` may be raised to (Kafka's default of `socket.request.max.bytes`). */
export const largestRequestBytes = 100 * 1024 * 1024;
