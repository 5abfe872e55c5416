import type { Cluster } from './cluster.js';
import type { RebalanceListener } from './rebalance-listener.js';
import type { AutoOffsetReset } from './reset-policy.js';

/** The topics that a consumer wants: names, and patterns that are matched anew as topics come and go, here or (RE2, consumer protocol) on the broker. */
export class Subscription {
  readonly #names = new Map<string, AutoOffsetReset>();
  readonly #patterns: { readonly pattern: RegExp; readonly reset: AutoOffsetReset }[] = [];
  #brokerPattern: { readonly pattern: string; readonly reset: AutoOffsetReset } | undefined;
  readonly #byDefault: AutoOffsetReset;
  /** Who hears of rebalances. */
  listener: RebalanceListener | undefined;

  constructor(byDefault: AutoOffsetReset) {
    this.#byDefault = byDefault;
  }

  add(topic: string | RegExp, reset: AutoOffsetReset): void {
    if (typeof topic === 'string') this.#names.set(topic, reset);
    // Without the flags that make a pattern remember where it was.
    else this.#patterns.push({ pattern: new RegExp(topic.source, topic.flags.replace(/[gy]/g, '')), reset });
  }

  /** Has the broker match `pattern`. */
  addBrokerPattern(pattern: string, reset: AutoOffsetReset): void {
    this.#brokerPattern = { pattern, reset };
  }

  /** Wants nothing any more. */
  clear(): void {
    this.#names.clear();
    this.#patterns.length = 0;
    this.#brokerPattern = undefined;
    this.listener = undefined;
  }

  get isEmpty(): boolean {
    return this.#names.size === 0 && this.#patterns.length === 0 && this.#brokerPattern === undefined;
  }

  /** What the broker is to match; null for nothing. */
  get brokerPattern(): string | null {
    return this.#brokerPattern?.pattern ?? null;
  }

  /** The topics to ask metadata of; null: all, because a pattern might match any. */
  get topicsToLoad(): readonly string[] | null {
    return this.#patterns.length > 0 || this.#brokerPattern !== undefined ? null : [...this.#names.keys()];
  }

  /** Names, and the patterns that are matched here as text. */
  get described(): readonly string[] {
    return [...this.#names.keys(), ...this.#patterns.map(({ pattern }) => String(pattern))];
  }

  /** The names that are subscribed to, known or not. */
  get names(): readonly string[] {
    return [...this.#names.keys()];
  }

  /** The topics subscribed to at present: names as they are, patterns that are matched here as far as known topics match. Sorted. */
  topics({ metadata }: Cluster): readonly string[] {
    const matched = [...metadata.topics.values()]
      .filter(({ name, isInternal }) => !isInternal && this.#patterns.some(({ pattern }) => pattern.test(name)))
      .map(({ name }) => name);
    return [...new Set([...this.#names.keys(), ...matched])].sort();
  }

  /** Whether a member that is assigned this topic wants it. */
  wants(topic: string): boolean {
    return (
      this.#brokerPattern !== undefined ||
      this.#names.has(topic) ||
      this.#patterns.some(({ pattern }) => pattern.test(topic))
    );
  }

  /** What to do at a topic's partitions without a usable offset. */
  resetOf(topic: string): AutoOffsetReset {
    return (
      this.#names.get(topic) ??
      this.#patterns.find(({ pattern }) => pattern.test(topic))?.reset ??
      this.#brokerPattern?.reset ??
      this.#byDefault
    );
  }
}
