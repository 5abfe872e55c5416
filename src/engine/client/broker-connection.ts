import type { Millis } from '../environment/environment.js';
import type { Environment, EventId } from '../environment/trace-events.js';
import { apiByKey, apis, type ApiName, type RequestOf, type ResponseOf } from '../protocol/apis.js';
import { clientSoftware } from '../protocol/client-software.js';
import type { BrokerAddress, Connection, Network } from '../protocol/connection.js';
import { errorByCode } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { RetryOptions } from './backoff.js';
import type { RequestEventPayload } from './instrumentation.js';
import type { Lifetime } from './lifetime.js';
import type { Logger } from './logger.js';

/** What every part of one client shares. */
export interface ClientContext {
  readonly environment: Environment;
  readonly network: Network;
  readonly clientId: string;
  readonly requestTimeoutMs: Millis;
  readonly connectionTimeoutMs: Millis;
  readonly retry: RetryOptions;
  readonly logger: Logger;
  readonly lifetime: Lifetime;
  /** Told of each answered request; undefined when nobody listens. */
  readonly onRequest: () => ((request: RequestEventPayload) => void) | undefined;
}

export interface SendOptions {
  /** The longest wait for the answer; the client's request timeout when absent. */
  readonly timeoutMs?: Millis;
  /** The highest version to use although both sides may know a higher one. */
  readonly maxVersion?: number;
  /** What the request is sent for. */
  readonly cause?: EventId | undefined;
  /** Called with the request's id just before it leaves. */
  readonly onSend?: (request: EventId) => void;
}

/** The request itself, or how to write it in the version that was agreed on. */
export type Written<Api extends ApiName> = RequestOf<Api> | ((version: number) => RequestOf<Api>);

interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/**
 * A connection on which every request has the highest version that both sides know (KIP-35). All requests of the connection go through here, so that
 * they are counted, traced and told to listeners.
 */
export class BrokerConnection {
  readonly #context: ClientContext;
  readonly #connection: Connection;
  readonly #versions = new Map<ApiName, VersionRange>();
  #requests = 0;
  #isClosed = false;

  private constructor(
    context: ClientContext,
    readonly address: BrokerAddress,
    connection: Connection,
  ) {
    this.#context = context;
    this.#connection = connection;
    const noteClosed = (): void => {
      this.#isClosed = true;
    };
    connection.closed.then(noteClosed, noteClosed);
  }

  /** Connects and asks which versions the broker knows. Rejects with REQUEST_TIMED_OUT after the connection timeout. */
  static async open(context: ClientContext, address: BrokerAddress): Promise<BrokerConnection> {
    const connecting = context.network.connect(address);
    const connection = await closeIfLate(context, connecting, address);
    const opened = new BrokerConnection(context, address, connection);
    try {
      await opened.#negotiate();
    } catch (error) {
      opened.close();
      throw error;
    }
    return opened;
  }

  /** Whether nothing more can be sent. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The highest version of the API that both sides know, at most `limit`. Throws UNSUPPORTED_VERSION if there is none. */
  versionOf(api: ApiName, limit = Infinity): number {
    const ours = apis[api].validVersions;
    const theirs = this.#versions.get(api);
    const version = Math.min(ours.max, theirs?.max ?? -1, limit);
    if (theirs !== undefined && version >= ours.min && version >= theirs.min) return version;
    const found = theirs === undefined ? 'does not serve it' : `serves versions ${theirs.min} to ${theirs.max}`;
    throw new KafkaError(
      'UNSUPPORTED_VERSION',
      `${api} needs a version from ${ours.min} to ${Math.min(ours.max, limit)}, but the broker at ${textOf(this.address)} ${found}. Use a broker that does.`,
    );
  }

  /** Sends a request and gives its response. Rejects as `Connection.send` does, and with the reason when the client's life ends. */
  async send<Api extends ApiName>(
    api: Api,
    request: Written<Api>,
    options: SendOptions = {},
  ): Promise<ResponseOf<Api>> {
    const version = this.versionOf(api, options.maxVersion);
    return await this.#sendVersion(api, version, typeof request === 'function' ? request(version) : request, options);
  }

  close(): void {
    this.#isClosed = true;
    this.#connection.close();
  }

  async #sendVersion<Api extends ApiName>(
    api: Api,
    version: number,
    request: RequestOf<Api>,
    { timeoutMs, cause, onSend }: SendOptions,
  ): Promise<ResponseOf<Api>> {
    const { environment, clientId, requestTimeoutMs, lifetime, onRequest } = this.#context;
    lifetime.check();
    const number = this.#requests++;
    const id = `request:${this.#connection.id}:${number}`;
    environment.tracer.emit({
      kind: 'request-sent',
      id,
      ...(cause === undefined ? {} : { cause }),
      client: clientId,
      api,
    });
    onSend?.(id);
    const sentAt = environment.clock.now();
    const call = { api, version, clientId, timeoutMs: timeoutMs ?? requestTimeoutMs };
    const response = await lifetime.whileAlive(this.#connection.send(call, request));
    onRequest()?.({
      apiKey: apis[api].key,
      apiName: api,
      apiVersion: version,
      broker: textOf(this.address),
      clientId,
      correlationId: number,
      createdAt: sentAt,
      sentAt,
      pendingDuration: 0,
      duration: environment.clock.now() - sentAt,
    });
    return response;
  }

  async #negotiate(): Promise<void> {
    const ours = apis.ApiVersions.validVersions;
    const software = { clientSoftwareName: clientSoftware.name, clientSoftwareVersion: clientSoftware.version };
    let response = await this.#sendVersion('ApiVersions', ours.max, software, {});
    if (errorByCode(response.errorCode).name === 'UNSUPPORTED_VERSION') {
      // A broker that does not know our version answers in version 0, with the versions that it knows (KIP-511).
      const theirs = response.apiKeys.find(({ apiKey }) => apiKey === apis.ApiVersions.key);
      response = await this.#sendVersion('ApiVersions', Math.min(ours.max, theirs?.maxVersion ?? 0), software, {});
    }
    if (response.errorCode !== 0) {
      const { name, message } = errorByCode(response.errorCode);
      throw new KafkaError(name, `The broker at ${textOf(this.address)} refused ApiVersions: ${message}`);
    }
    for (const { apiKey, minVersion, maxVersion } of response.apiKeys) {
      const api = apiByKey(apiKey);
      if (api !== undefined) this.#versions.set(api.name as ApiName, { min: minVersion, max: maxVersion });
    }
  }
}

/** The broker's address as one text. */
export function textOf({ host, port }: BrokerAddress): string {
  return `${host}:${port}`;
}

async function closeIfLate(
  context: ClientContext,
  connecting: Promise<Connection>,
  address: BrokerAddress,
): Promise<Connection> {
  let isWanted = true;
  const closing = connecting.then((connection) => {
    if (!isWanted) connection.close();
    return connection;
  });
  try {
    const connection = await context.lifetime.within(context.connectionTimeoutMs, closing);
    if (connection !== undefined) return connection;
  } catch (error) {
    isWanted = false;
    throw error;
  }
  isWanted = false;
  throw new KafkaError(
    'REQUEST_TIMED_OUT',
    `The broker at ${textOf(address)} did not accept a connection within ${context.connectionTimeoutMs} ms. Check that it runs, or raise connectionTimeout.`,
  );
}
