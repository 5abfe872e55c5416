import type { Millis } from '../environment/environment.js';
import type { Cluster } from './cluster.js';
import type { Lifetime } from './lifetime.js';
import type { Subscription } from './subscription.js';

/** How soon a topic that is subscribed to but does not exist is looked for again. */
const missingTopicIntervalMs = 1_000;

export interface WatchOptions {
  /** How many partitions each of the group's topics had when the leader assigned them; empty in followers. */
  readonly leaderPartitions: ReadonlyMap<string, number>;
  readonly maxAgeMs: Millis;
  readonly onChange: () => void;
}

/**
 * Watches, for one generation, whether a join still fits: whether patterns match other topics, topics that were missing exist, and, for the leader, whether
 * topics have got more partitions. Then `onChange` is called, once.
 */
export class SubscriptionWatch {
  readonly #cluster: Cluster;
  readonly #lifetime: Lifetime;
  readonly #subscription: Subscription;
  readonly #options: WatchOptions;
  #joinedTopics = '';

  constructor(cluster: Cluster, lifetime: Lifetime, subscription: Subscription, options: WatchOptions) {
    this.#cluster = cluster;
    this.#lifetime = lifetime;
    this.#subscription = subscription;
    this.#options = options;
  }

  /** Compares with now, until the lifetime ends. */
  begin(): void {
    this.#joinedTopics = this.#topicsNow();
    this.#lookLater();
  }

  #lookLater(): void {
    const { maxAgeMs } = this.#options;
    const isMissing = this.#subscription.names.some((topic) => !this.#cluster.metadata.topics.has(topic));
    this.#lifetime.timer(isMissing ? Math.min(missingTopicIntervalMs, maxAgeMs) : maxAgeMs, () => {
      void this.#look();
    });
  }

  /** Never rejects: what can't be learned now is asked for again later. */
  async #look(): Promise<void> {
    const wanted = this.#subscription.topicsToLoad;
    try {
      await this.#cluster.refresh(
        wanted === null ? null : [...new Set([...wanted, ...this.#options.leaderPartitions.keys()])],
      );
    } catch (error) {
      this.#cluster.context.logger.warn('The metadata could not be refreshed.', { error });
    }
    if (this.#lifetime.isOver) return;
    if (this.#topicsNow() === this.#joinedTopics && !this.#havePartitionsChanged()) this.#lookLater();
    else this.#options.onChange();
  }

  /** The topics of the subscription, and which of them exist. */
  #topicsNow(): string {
    const topics = this.#subscription.topics(this.#cluster);
    return JSON.stringify(topics.map((topic) => [topic, this.#cluster.metadata.topics.has(topic)]));
  }

  #havePartitionsChanged(): boolean {
    return [...this.#options.leaderPartitions].some(
      ([topic, count]) => (this.#cluster.metadata.topics.get(topic)?.partitions.length ?? 0) !== count,
    );
  }
}
