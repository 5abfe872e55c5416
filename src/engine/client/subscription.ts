import type { Cluster } from './cluster.js';

/** What happens where a group has no committed offset, or one that is gone: Kafka's `auto.offset.reset`. */
export type AutoOffsetReset = 'earliest' | 'latest' | 'none';

/** The topics that a consumer wants: names, and patterns that are matched anew as topics come and go. */
export class Subscription {
  readonly #names = new Map<string, AutoOffsetReset>();
  readonly #patterns: { readonly pattern: RegExp; readonly reset: AutoOffsetReset }[] = [];

  add(topic: string | RegExp, reset: AutoOffsetReset): void {
    if (typeof topic === 'string') this.#names.set(topic, reset);
    // Without the flags that make a pattern remember where it was.
    else this.#patterns.push({ pattern: new RegExp(topic.source, topic.flags.replace(/[gy]/g, '')), reset });
  }

  get isEmpty(): boolean {
    return this.#names.size === 0 && this.#patterns.length === 0;
  }

  /** The topics to ask metadata of; null: all, because a pattern might match any. */
  get topicsToLoad(): readonly string[] | null {
    return this.#patterns.length > 0 ? null : [...this.#names.keys()];
  }

  /** The names that are subscribed to, known or not. */
  get names(): readonly string[] {
    return [...this.#names.keys()];
  }

  /** The topics subscribed to at present: names as they are, patterns as far as known topics match. Sorted. */
  topics({ metadata }: Cluster): readonly string[] {
    const matched = [...metadata.topics.values()]
      .filter(({ name, isInternal }) => !isInternal && this.#patterns.some(({ pattern }) => pattern.test(name)))
      .map(({ name }) => name);
    return [...new Set([...this.#names.keys(), ...matched])].sort();
  }

  /** What to do at a topic's partitions without a usable offset. */
  resetOf(topic: string): AutoOffsetReset {
    return this.#names.get(topic) ?? this.#patterns.find(({ pattern }) => pattern.test(topic))?.reset ?? 'latest';
  }
}
