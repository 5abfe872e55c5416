import { invalidTopology } from '../../topology/resource-name.js';

/** Names of stores and internal topics that nobody gave: they change when an operator is added above them (KIP-1111). */
export class GeneratedNames {
  readonly #changelogs: string[] = [];
  readonly #stores: string[] = [];
  readonly #repartitions: string[] = [];

  store(name: string, loggingEnabled: boolean): void {
    this.#stores.push(name);
    if (loggingEnabled) this.#changelogs.push(`${name}-changelog`);
  }

  /** Kafka counts the buffer of `suppress` by its topic only. */
  buffer(name: string, loggingEnabled: boolean): void {
    if (loggingEnabled) this.#changelogs.push(`${name}-changelog`);
  }

  repartition(topic: string): void {
    this.#repartitions.push(topic);
  }

  /** @throws StreamsError TopologyException if there is any such name */
  refuse(): void {
    const lines = [
      { what: 'changelog topic(s)', names: this.#changelogs },
      { what: 'state store(s)', names: this.#stores },
      { what: 'repartition topic(s)', names: this.#repartitions },
    ]
      .filter(({ names }) => names.length > 0)
      .map(({ what, names }) => `Following ${what} has not been named: ${names.join(', ')}\n`);
    if (lines.length > 0) throw invalidTopology(lines.join(''));
  }
}
