import { errorCode, type ErrorName } from '../protocol/errors.js';
import { topicIdText } from '../protocol/topic-id.js';

/** A topic that offsets are committed to or forgotten of, as requests name it: by name, or by id, where the name is empty. */
interface AskedTopic<Partition> {
  readonly name: string;
  readonly topicId: Uint8Array;
  readonly partitions: readonly Partition[];
}

interface TopicAnswer {
  readonly name: string;
  readonly topicId: Uint8Array;
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[];
}

/**
 * What a request about offsets of partitions comes to, sorted into partitions that exist and answers for those that do not. Together they have the sequence
 * of Kafka's builders for these answers: first what was refused at once, each topic once; then the others, with their topic if that is there already. A known
 * topic of which no partition is named has no answer.
 */
export class OffsetAnswers<Partition extends { readonly partitionIndex: number }> {
  readonly #refused = new Map<string, TopicAnswer>();
  readonly #known: AskedTopic<Partition>[] = [];

  /** Takes one topic of the request; `error` says what is wrong with one of its partitions, and with all of them where the topic is unknown. */
  add(topic: AskedTopic<Partition>, isKnown: boolean, error: (partition: Partition) => ErrorName | undefined): void {
    const refused = topic.partitions.flatMap((partition) => {
      const refusal = error(partition);
      return refusal === undefined ? [] : [{ partitionIndex: partition.partitionIndex, errorCode: errorCode(refusal) }];
    });
    if (refused.length > 0 || !isKnown) this.#merge({ ...topic, partitions: refused });
    const partitions = topic.partitions.filter((partition) => error(partition) === undefined);
    if (partitions.length > 0) this.#known.push({ ...topic, partitions });
  }

  /** What can be done, in the sequence in which it is answered. */
  get known(): readonly AskedTopic<Partition>[] {
    return this.#known;
  }

  /** The whole answer; `errors` are those of the partitions that exist, in their sequence. */
  answer(errors: readonly ErrorName[]): TopicAnswer[] {
    let at = 0;
    const done = this.#known.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: errorCode(errors[at++] as ErrorName),
      })),
    }));
    if (this.#refused.size === 0) return done;
    for (const topic of done) this.#merge(topic);
    return [...this.#refused.values()];
  }

  #merge({ name, topicId, partitions }: TopicAnswer): void {
    const key = `${topicIdText(topicId)} ${name}`;
    const before = this.#refused.get(key)?.partitions ?? [];
    this.#refused.set(key, { name, topicId, partitions: [...before, ...partitions] });
  }
}
