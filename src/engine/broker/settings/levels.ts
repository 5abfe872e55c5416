/** Kafka's numbers for where a config's value comes from (`ConfigSource`). */
export const configSources = {
  topic: 1,
  broker: 2,
  cluster: 3,
  staticBroker: 4,
  default: 5,
  group: 8,
} as const;

export type ConfigSource = (typeof configSources)[keyof typeof configSources];

/** A value that a config has somewhere: given to one broker, to all of them, at the start, or nowhere. */
export interface ConfigLevel {
  readonly name: string;
  readonly value: string;
  readonly source: ConfigSource;
}
