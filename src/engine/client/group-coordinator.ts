import type { ApiName, ResponseOf } from '../protocol/apis.js';
import type { BrokerAddress } from '../protocol/connection.js';
import { errorByCode, type ErrorName } from '../protocol/errors.js';
import { KafkaError } from '../protocol/kafka-error.js';
import type { BrokerConnection, SendOptions, Written } from './broker-connection.js';
import type { Cluster } from './cluster.js';

/** Errors after which the coordinator has to be looked for again. */
const movedErrors: ReadonlySet<ErrorName> = new Set([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'REQUEST_TIMED_OUT',
]);

/** The broker that looks after one group: found by FindCoordinator, looked for again when it is not there any more. */
export class GroupCoordinator {
  readonly #cluster: Cluster;
  readonly groupId: string;
  #address: BrokerAddress | undefined;

  constructor(cluster: Cluster, groupId: string) {
    this.#cluster = cluster;
    this.groupId = groupId;
  }

  get cluster(): Cluster {
    return this.#cluster;
  }

  /** Looks for the coordinator before the next request. */
  forget(): void {
    this.#address = undefined;
  }

  /** Gives up what waits for an answer on the connection: a join that is parked would hold up what comes after it. */
  async reconnect(): Promise<void> {
    if (this.#address === undefined) return;
    const connection = await this.#cluster.connectionAt(this.#address, 'coordinator');
    connection.close();
  }

  /**
   * Sends one request to the coordinator. `errorOf` finds the error in the response: it is thrown, and if it says that the coordinator is elsewhere, that is
   * looked for before the next request. `textOf` finds what the coordinator says of it. No retries.
   */
  async send<Api extends ApiName>(
    api: Api,
    request: Written<Api>,
    errorOf: (response: ResponseOf<Api>) => number,
    options?: SendOptions,
    textOf?: (response: ResponseOf<Api>) => string | null,
  ): Promise<ResponseOf<Api>> {
    try {
      const connection = await this.#connection();
      const response = await connection.send(api, request, options);
      const { name, message } = errorByCode(errorOf(response));
      if (name !== 'NONE')
        throw new KafkaError(name, `${api} of group ${this.groupId} failed: ${textOf?.(response) ?? message}`);
      return response;
    } catch (error) {
      if (error instanceof KafkaError && movedErrors.has(error.code)) this.forget();
      throw error;
    }
  }

  async #connection(): Promise<BrokerConnection> {
    this.#address ??= await this.#find();
    return await this.#cluster.connectionAt(this.#address, 'coordinator');
  }

  async #find(): Promise<BrokerAddress> {
    const connection = await this.#cluster.anyConnection();
    const response = await connection.send('FindCoordinator', (version) =>
      version >= 4 ? { coordinatorKeys: [this.groupId] } : { key: this.groupId },
    );
    const found = response.coordinators.find(({ key }) => key === this.groupId) ?? response;
    const { name, message } = errorByCode(found.errorCode);
    if (name === 'NONE') return { host: found.host, port: found.port };
    throw new KafkaError(
      name,
      `The coordinator of group ${this.groupId} was not found: ${found.errorMessage || message}`,
    );
  }
}
