import type { Millis } from '../../environment/environment.js';
import type { ServerAssignor } from '../assignors/server-assignor.js';
import type { ClassicGroupConfig } from '../classic-group.js';

/** Whether groups may go over from the classic protocol to the consumer protocol and back (Kafka's `group.consumer.migration.policy`). */
export type MigrationPolicy = 'bidirectional' | 'upgrade' | 'downgrade' | 'disabled';

/** What a group of the consumer protocol is tuned by: configs of the broker, the first three also of a group. */
export interface ConsumerGroupConfig {
  readonly sessionTimeoutMs: Millis;
  readonly heartbeatIntervalMs: Millis;
  /** A target assignment is computed at most this often. */
  readonly assignmentIntervalMs: Millis;
  readonly maxSize: number;
  readonly migrationPolicy: MigrationPolicy;
  readonly regexRefreshIntervalMs: Millis;
  /** How many members a classic group may have that it would become. */
  readonly classicMaxSize: number;
  /** The default first. */
  readonly assignors: readonly ServerAssignor[];
}

/** The cluster's topics, as far as groups look at them. */
export interface TopicsView {
  /** Rises with each topic that comes, goes or changes. */
  readonly version: number;
  /** The version in which a topic was created last. */
  readonly lastCreation: number;
  /** All names. */
  readonly names: Iterable<string>;
  topic(name: string): TopicView | undefined;
  topicById(topicId: string): TopicView | undefined;
}

export interface TopicView {
  readonly name: string;
  /** As text. */
  readonly topicId: string;
  readonly partitions: number;
}

/** Regular expressions in RE2's syntax, which every match takes linear time in. */
export interface RegexEngine {
  /** Why an expression is none; undefined if it is one. */
  error(regex: string): string | undefined;
  /** The names that an expression matches as a whole; none if it is none. */
  matching(regex: string, names: Iterable<string>): string[];
}

/** What is known of a group only as long as the coordinator lives. */
export interface ConsumerMemory {
  /** The version of the topics that its metadata hash was compared with; undefined: it has to be. */
  readonly checkedVersion: number | undefined;
  /** Its regular expressions are being looked at. */
  readonly isResolving: boolean;
}

export const noMemory: ConsumerMemory = { checkedVersion: undefined, isResolving: false };

/** What decisions about a group of the consumer protocol are made with. */
export interface ConsumerContext {
  readonly config: ConsumerGroupConfig;
  /** For the classic group that it may become. */
  readonly classicConfig: ClassicGroupConfig;
  readonly topics: TopicsView;
  readonly memory: ConsumerMemory;
  readonly now: Millis;
}
