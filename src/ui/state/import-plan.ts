import type { ExportDescription } from '../../entry/topic-transfer.js';
import { journalNumber, journalTopic, lastJournal } from './journal-topic.js';
import type { KeptTopic } from './kept-log.js';

/** A topic of a file that may be imported. */
export interface PlannedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly offsets: number;
  readonly bytes: number;
  /** The learner's progress: it takes the place of what is here. */
  readonly isProgress: boolean;
  /** What it is to be called here. */
  as: string;
}

/** The topics of a file under the names that they may have here: progress follows what is here, every other topic keeps its name or gets the next one that is free. */
export function importPlan({ topics }: ExportDescription, kept: readonly KeptTopic[]): PlannedTopic[] {
  const here = new Set(kept.map(({ name }) => name));
  const progress = lastJournal(topics.map(({ name }) => name));
  const next = Math.max(0, ...[...here].map(journalNumber)) + 1;
  const used = new Set([...here, ...topics.map(({ name }) => name)]);
  return topics.map((topic) => {
    const isProgress = topic.name === progress;
    if (isProgress) return { ...topic, isProgress, as: journalTopic(next) };
    const isOldProgress = journalNumber(topic.name) > 0;
    const isFree = !here.has(topic.name) && !isOldProgress;
    const as = isFree ? topic.name : freeName(isOldProgress ? `${topic.name}-copy` : topic.name, used);
    used.add(as);
    return { ...topic, isProgress, as };
  });
}

/** The topics that get another name, and which. */
export function renamesOf(planned: readonly PlannedTopic[]): ReadonlyMap<string, string> {
  return new Map(planned.filter(({ name, as }) => name !== as).map(({ name, as }) => [name, as]));
}

function freeName(name: string, used: ReadonlySet<string>): string {
  for (let number = 2; ; number++) {
    const tail = `-${number}`;
    const free = `${name.slice(0, 249 - tail.length)}${tail}`;
    if (!used.has(free)) return free;
  }
}
