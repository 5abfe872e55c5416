import type { TransferProgress } from '../archive/transfer-progress.js';
import type { ExportRequest, ImportReport, ImportRequest, TopicTransferService } from '../archive/transfer-request.js';
import type { Storage } from '../environment/storage.js';
import type { Environment } from '../environment/trace-events.js';
import {
  apis,
  completeRequest,
  completeResponse,
  type ApiName,
  type RequestOf,
  type ResponseOf,
} from '../protocol/apis.js';
import type { BrokerAddress, Call, RequestContext, RequestHandler } from '../protocol/connection.js';
import { LogMaintenance } from '../log/log-maintenance.js';
import { errorCode } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import { inRange } from '../protocol/schema.js';
import { advertisedVersions } from './18-api-versions.js';
import { BrokerSettings, type BrokerProfile, type GivenSettings } from './broker-config.js';
import { Controller } from './controller.js';
import { Disconnections } from './disconnections.js';
import { FetchSessions } from './fetch-sessions.js';
import { GroupCoordinator } from './group-coordinator.js';
import { incoming, type BrokerServices, type Handler } from './handler.js';
import { handlers, servedApis } from './handlers.js';
import { metadataLogOver } from './metadata-log.js';
import type { RegexEngine } from '../group/consumer/consumer-context.js';
import { ProducerIdManager } from './producer-id-manager.js';
import { ReplicaManager } from './replica-manager.js';
import type { TopicExport } from './topic-exporter.js';
import { TopicTransfers } from './topic-transfers.js';
import { loadRegexEngine } from './topic-regex.js';

export interface BrokerOptions {
  /** Belongs to the broker alone until `stop` has resolved; closing it is left to whoever opened it. */
  readonly storage: Storage;
  readonly nodeId?: number;
  readonly clusterId?: string;
  readonly profile?: BrokerProfile;
  /** Where clients find this broker. */
  readonly advertised?: BrokerAddress;
  readonly config?: GivenSettings;
  /** What clients are told of where the logs are; a name made of the cluster's id if absent. */
  readonly logDirectory?: string;
  /** How many bytes may still be stored, for imports; undefined where nobody can tell. */
  readonly availableBytes?: () => Promise<number | undefined>;
  /** Brings what matches topics against the regular expressions of groups; called when one of them has some first. */
  readonly loadRegexes?: () => Promise<RegexEngine>;
}

/** One broker that is its whole cluster: leader of every partition, coordinator of every group, controller of every topic. */
export class Broker implements RequestHandler, TopicTransferService {
  private state: 'running' | 'stopping' | 'stopped' = 'running';
  private readonly underway = new Set<Promise<unknown>>();

  private constructor(
    private readonly services: BrokerServices,
    private readonly disconnections: Disconnections,
    private readonly maintenance: LogMaintenance,
    private readonly transfers: TopicTransfers,
  ) {}

  /** Starts on what the storage holds. Resolves when topics and groups are taken up and requests can come. */
  static async start(environment: Environment, options: BrokerOptions): Promise<Broker> {
    const { storage, nodeId = 1, clusterId = 'partita', advertised = { host: 'localhost', port: 9092 } } = options;
    const logDirectory = options.logDirectory ?? `/${clusterId}`;
    const settings = new BrokerSettings(options.profile ?? 'kafka', {
      'node.id': nodeId,
      'broker.id': nodeId,
      'process.roles': 'broker,controller',
      'advertised.listeners': `PLAINTEXT://${advertised.host}:${advertised.port}`,
      'log.dirs': logDirectory,
      ...options.config,
    });
    const config = settings.values;
    const replicas = new ReplicaManager(environment, storage, settings);
    const log = await replicas.openMetadataLog();
    const controller = new Controller(environment, metadataLogOver(environment, log), replicas, nodeId, settings);
    await controller.recover();
    const groups = new GroupCoordinator(
      environment,
      controller,
      replicas,
      settings,
      options.loadRegexes ?? loadRegexEngine,
    );
    await groups.recover();
    const disconnections = new Disconnections();
    const maintenance = new LogMaintenance(environment, replicas, config);
    maintenance.start();
    const services: BrokerServices = {
      environment,
      nodeId,
      clusterId,
      advertised,
      logDirectory,
      config,
      settings,
      controller,
      replicas,
      groups,
      fetchSessions: new FetchSessions(
        environment.random.fork('fetch-sessions'),
        () => environment.clock.now(),
        config['max.incremental.fetch.session.cache.slots'],
      ),
      producerIds: new ProducerIdManager(storage),
      makeSpace: () => void maintenance.makeSpace(),
      onDisconnect: (connectionId, listener) => disconnections.on(connectionId, listener),
    };
    const transfers = new TopicTransfers(services, storage, options.availableBytes ?? (async () => undefined));
    await transfers.recover();
    environment.tracer.emit({ kind: 'broker-started', nodeId, leaderEpoch: log.leaderEpoch });
    return new Broker(services, disconnections, maintenance, transfers);
  }

  /** What ApiVersions tells. */
  get apiVersions(): readonly { readonly apiKey: number; readonly minVersion: number; readonly maxVersion: number }[] {
    return advertisedVersions(servedApis);
  }

  async handle<Api extends ApiName>(
    context: RequestContext,
    call: Call<Api>,
    request: RequestOf<Api>,
  ): Promise<ResponseOf<Api>> {
    const api = apis[call.api];
    // A client that asks in a version which does not exist is told which do (KIP-511); with any other request Kafka closes the connection.
    if (call.api === 'ApiVersions' && !inRange(api.validVersions, call.version))
      return completeResponse(call.api, this.unsupportedApiVersions() as never);
    if (!(call.api in handlers) || !inRange(api.validVersions, call.version))
      throw new KafkaError(
        'UNSUPPORTED_VERSION',
        `This broker does not serve version ${call.version} of ${call.api}. Ask it for ApiVersions and use what it lists.`,
      );
    this.checkRunning();
    const handling = this.answer(context, call, request);
    this.underway.add(handling);
    try {
      return await handling;
    } finally {
      this.underway.delete(handling);
    }
  }

  private async answer<Api extends ApiName>(
    context: RequestContext,
    call: Call<Api>,
    request: RequestOf<Api>,
  ): Promise<ResponseOf<Api>> {
    const handler = handlers[call.api] as Handler<Api>;
    try {
      const complete = completeRequest(call.api, request);
      return completeResponse(call.api, await handler(this.services, incoming(context, call, complete)));
    } catch (error) {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      this.services.environment.tracer.emit({
        kind: 'request-failed',
        api: call.api,
        error: text,
        cause: context.requestId,
      });
      throw new KafkaError('UNKNOWN_SERVER_ERROR', `The broker failed at ${call.api}: ${text}`, { cause: error });
    }
  }

  private unsupportedApiVersions() {
    const own = this.apiVersions.filter(({ apiKey }) => apiKey === apis.ApiVersions.key);
    return { errorCode: errorCode('UNSUPPORTED_VERSION'), apiKeys: own };
  }

  async exportTopics(request: ExportRequest, progress?: (progress: TransferProgress) => void): Promise<TopicExport> {
    this.checkRunning();
    return this.transfers.export(request, progress);
  }

  /** Rejects with a `KafkaError` too, if the storage fails. */
  async importTopics(
    pieces: AsyncIterable<Uint8Array>,
    request: ImportRequest,
    progress?: (progress: TransferProgress) => void,
    signal?: AbortSignal,
  ): Promise<ImportReport> {
    this.checkRunning();
    return this.transfers.import(pieces, request, progress, signal);
  }

  /** Space is running out: deletes what retention lets go, without waiting for its turn. */
  makeSpace(): void {
    if (this.state === 'running') this.services.makeSpace();
  }

  private checkRunning(): void {
    if (this.state !== 'running')
      throw new KafkaError('BROKER_NOT_AVAILABLE', 'The broker has stopped. Connect again when it has been started.');
  }

  disconnected(connectionId: string): void {
    this.disconnections.happened(connectionId);
  }

  /** Takes no more requests, lets go of those that wait, and ends when everything that was appended is settled. */
  async stop(): Promise<void> {
    if (this.state !== 'running') return;
    this.state = 'stopping';
    await this.transfers.stop();
    this.services.groups.stop();
    this.disconnections.allHappened();
    await Promise.allSettled([...this.underway]);
    await this.services.controller.stop();
    await this.maintenance.stop();
    await this.services.replicas.close();
    this.state = 'stopped';
  }
}
