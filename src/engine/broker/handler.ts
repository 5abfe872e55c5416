import type { BrokerAddress, Call, RequestContext } from '../protocol/connection.js';
import type { ApiName, CompleteRequestOf, GivenResponseOf } from '../protocol/apis.js';
import type { Environment } from '../environment/trace-events.js';
import type { BrokerConfig, BrokerSettings } from './broker-config.js';
import type { Controller } from './controller.js';
import type { FetchSessions } from './fetch-sessions.js';
import type { GroupCoordinator } from './group-coordinator.js';
import type { ProducerIdManager } from './producer-id-manager.js';
import type { ReplicaManager } from './replica-manager.js';

/** What handlers work with. */
export interface BrokerServices {
  readonly environment: Environment;
  readonly nodeId: number;
  readonly clusterId: string;
  readonly advertised: BrokerAddress;
  /** What DescribeLogDirs calls the place where the logs are. */
  readonly logDirectory: string;
  /** The settings in force. */
  readonly config: BrokerConfig;
  /** The settings at all levels. */
  readonly settings: BrokerSettings;
  readonly controller: Controller;
  readonly replicas: ReplicaManager;
  readonly groups: GroupCoordinator;
  readonly fetchSessions: FetchSessions;
  readonly producerIds: ProducerIdManager;
  /** The storage is full: retention shall look at the logs now. */
  makeSpace(): void;
  /** Calls back once the connection is gone, so that what waits for it alone can stop; returns how to take that back. */
  readonly onDisconnect: (connectionId: string, listener: () => void) => () => void;
}

/** One request with all that is known of it. */
export interface Incoming<Api extends ApiName> {
  readonly context: RequestContext;
  readonly version: number;
  readonly clientId: string | null;
  readonly request: CompleteRequestOf<Api>;
}

/** Answers the requests of one API. Protocol errors are data in the response; what it throws is a defect and becomes UNKNOWN_SERVER_ERROR. */
export type Handler<Api extends ApiName> = (
  services: BrokerServices,
  incoming: Incoming<Api>,
) => GivenResponseOf<Api> | Promise<GivenResponseOf<Api>>;

/** A call as handlers see it. */
export function incoming<Api extends ApiName>(
  context: RequestContext,
  call: Call<Api>,
  request: CompleteRequestOf<Api>,
): Incoming<Api> {
  return { context, version: call.version, clientId: call.clientId, request };
}
