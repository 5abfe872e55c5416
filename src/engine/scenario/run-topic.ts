/** A topic that is there when a run begins. */
export interface RunTopic {
  readonly topic: string;
  readonly partitions: number;
  /** Kafka's names; the broker's defaults (profile `classroom`) where absent. */
  readonly config?: Readonly<Record<string, string>>;
}
