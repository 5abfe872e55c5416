import type { TopicsView, TopicView } from '../group/consumer/consumer-context.js';
import { topicIdText } from '../protocol/topic-id.js';
import type { TopicImage } from './metadata-image.js';

/** The topics as groups see them: as they were after the last change that is finished. */
export class PublishedTopics implements TopicsView {
  private byName: ReadonlyMap<string, TopicView> = new Map();
  private byId: ReadonlyMap<string, TopicView> = new Map();
  #version = 0;
  #lastCreation = 0;

  get version(): number {
    return this.#version;
  }

  get lastCreation(): number {
    return this.#lastCreation;
  }

  get names(): Iterable<string> {
    return this.byName.keys();
  }

  topic(name: string): TopicView | undefined {
    return this.byName.get(name);
  }

  topicById(topicId: string): TopicView | undefined {
    return this.byId.get(topicId);
  }

  /** Shows `topics`, which `version` records have made. */
  publish(topics: Iterable<TopicImage>, version: number): void {
    if (version === this.#version) return;
    const views = Array.from(topics, ({ name, topicId, partitions }): TopicView => ({
      name,
      topicId: topicIdText(topicId),
      partitions: partitions.length,
    }));
    if (views.some(({ topicId }) => !this.byId.has(topicId))) this.#lastCreation = version;
    this.#version = version;
    this.byName = new Map(views.map((view) => [view.name, view]));
    this.byId = new Map(views.map((view) => [view.topicId, view]));
  }
}
