import type { ResponseOf } from '../protocol/apis.js';
import type { Cluster } from './cluster.js';
import { throwFirst } from './first-failure.js';

/** Kafka's numbers for what has configs, as KafkaJS exports them. */
export const ConfigResourceTypes = { UNKNOWN: 0, TOPIC: 2, BROKER: 4, BROKER_LOGGER: 8 } as const;

/** Whose configs are meant; without `configNames` all of them. */
export interface ConfigResource {
  /** One of `ConfigResourceTypes`. */
  readonly type: number;
  /** Of a topic its name, of a broker its id. */
  readonly name: string;
  readonly configNames?: readonly string[];
}

/** A resource's configs in force. `configSource`: 1 its own, 3 the cluster's, 4 the broker's, 5 the default. */
export interface DescribedResource {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly configEntries: readonly {
    readonly configName: string;
    readonly configValue: string | null;
    readonly readOnly: boolean;
    readonly configSource: number;
    readonly isDefault: boolean;
    readonly isSensitive: boolean;
    readonly configSynonyms: readonly {
      readonly configName: string;
      readonly configValue: string | null;
      readonly configSource: number;
    }[];
  }[];
}

/** A change of one config; `append` and `subtract` are for lists such as `cleanup.policy`. */
export type ConfigChange =
  | { readonly name: string; readonly operation: 'set' | 'append' | 'subtract'; readonly value: string }
  | { readonly name: string; readonly operation: 'delete' };

export interface ConfigsToDescribe {
  readonly resources: readonly ConfigResource[];
  /** Whether each config comes with its values at the other levels. */
  readonly includeSynonyms?: boolean;
}

export interface ConfigsToReplace {
  readonly resources: readonly (ConfigResource & {
    readonly configEntries: readonly { readonly name: string; readonly value: string }[];
  })[];
  /** True: it is found out whether they could be changed, and nothing is. */
  readonly validateOnly?: boolean;
}

export interface ConfigsToChange {
  readonly resources: readonly (ConfigResource & { readonly configs: readonly ConfigChange[] })[];
  /** True: it is found out whether they could be changed, and nothing is. */
  readonly validateOnly?: boolean;
}

const configOperations = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

/** The configs in force, with where each comes from. Rejects with the first error. */
export async function describeConfigs(cluster: Cluster, options: ConfigsToDescribe): Promise<DescribedResource[]> {
  const { resources, includeSynonyms = false } = options;
  return await cluster.retry('describe configs', async () => {
    const connection = await cluster.controllerConnection();
    const { results } = await connection.send('DescribeConfigs', {
      resources: resources.map(({ type, name, configNames }) => ({
        resourceType: type,
        resourceName: name,
        configurationKeys: configNames ?? null,
      })),
      includeSynonyms,
    });
    throwFirst('be described', results.map(named));
    return results.map(({ resourceType, resourceName, configs }) => ({
      resourceType,
      resourceName,
      configEntries: configs.map(({ name, value, readOnly, configSource, isSensitive, synonyms }) => ({
        configName: name,
        configValue: value,
        readOnly,
        configSource,
        isDefault: configSource === 5,
        isSensitive,
        configSynonyms: synonyms.map((synonym) => ({
          configName: synonym.name,
          configValue: synonym.value,
          configSource: synonym.source,
        })),
      })),
    }));
  });
}

/** Gives resources exactly these configs: what is not named goes back to its default. Rejects with the first error. */
export async function alterConfigs(cluster: Cluster, options: ConfigsToReplace): Promise<void> {
  const { resources, validateOnly = false } = options;
  await cluster.retry('alter configs', async () => {
    const connection = await cluster.controllerConnection();
    const { responses } = await connection.send('AlterConfigs', {
      resources: resources.map(({ type, name, configEntries }) => ({
        resourceType: type,
        resourceName: name,
        configs: configEntries,
      })),
      validateOnly,
    });
    throwFirst('be configured', responses.map(named));
  });
}

/** Changes single configs and leaves the others as they are (KIP-339). Rejects with the first error. */
export async function incrementalAlterConfigs(cluster: Cluster, options: ConfigsToChange): Promise<void> {
  const { resources, validateOnly = false } = options;
  await cluster.retry('alter configs', async () => {
    const connection = await cluster.controllerConnection();
    const { responses } = await connection.send('IncrementalAlterConfigs', {
      resources: resources.map(({ type, name, configs }) => ({
        resourceType: type,
        resourceName: name,
        configs: configs.map((change) => ({
          name: change.name,
          configOperation: configOperations[change.operation],
          value: change.operation === 'delete' ? null : change.value,
        })),
      })),
      validateOnly,
    });
    throwFirst('be configured', responses.map(named));
  });
}

function named({ resourceName, errorCode, errorMessage }: ResponseOf<'AlterConfigs'>['responses'][number]) {
  return { name: resourceName, errorCode, errorMessage };
}
