import { groupBy } from '../../../src/engine/client/group-by.js';
import type { ApplicationRun, StoredRecord } from './application-run.js';

/** A record of an input as a task processed it. */
export interface Processing {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
  readonly timestamp: number;
  /** Its place in the order of all processings of the run. */
  readonly at: number;
}

/** One life of a task: from having its state to its end. A task that is restored elsewhere, or again, begins another. */
export interface TaskLife {
  readonly task: string;
  readonly client: string;
  /** By `topic-partition`: where its group had committed it when the life began. What lies before is in the state for sure. */
  readonly committed: ReadonlyMap<string, number>;
  readonly processings: Processing[];
}

/** The lives of the tasks that read inputs, in the order in which they began; what they read by what the trace tells. */
export function livesOf({ trace, inputs }: Pick<ApplicationRun, 'trace' | 'inputs'>): TaskLife[] {
  const records = new Map<string, StoredRecord>();
  for (const [topic, list] of Object.entries(inputs))
    for (const record of list) records.set(`${topic}-${record.partition}@${record.offset}`, record);
  const committed = new Map<string, number>();
  const lives: TaskLife[] = [];
  const current = new Map<string, TaskLife>();
  let at = 0;
  for (const event of trace) {
    if (event.kind === 'offset-committed' && event.group === 'app')
      committed.set(`${event.topic}-${event.partition}`, event.offset);
    if (event.kind === 'task-restored') {
      const life = { task: event.task, client: event.client, committed: new Map(committed), processings: [] };
      lives.push(life);
      current.set(event.task, life);
    }
    if (event.kind !== 'record-processed') continue;
    const { topic, partition, offset, timestamp } = event;
    const record = records.get(`${topic}-${partition}@${offset}`);
    if (record === undefined) continue;
    const { key, value } = record;
    current.get(event.task)?.processings.push({ topic, partition, offset, key: key ?? '', value, timestamp, at: at++ });
  }
  return lives.filter(({ processings }) => processings.length > 0);
}

/** Names a record among all inputs. */
export function placeOf({ topic, partition, offset }: Pick<Processing, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}-${partition}@${offset}`;
}

/** Whether what came of the record was in the state when the life began: its offset was committed. */
export function wasCommitted(life: TaskLife, { topic, partition, offset }: Processing): boolean {
  return offset < (life.committed.get(`${topic}-${partition}`) ?? 0);
}

/** The processing of each record after which none came: it is committed once everything is at rest. */
export function lastProcessings(lives: readonly TaskLife[]): Map<string, Processing> {
  return new Map(lives.flatMap(({ processings }) => processings.map((each) => [placeOf(each), each] as const)));
}

/** How many records were processed more than once. */
export function repeated(lives: readonly TaskLife[]): number {
  const all = lives.reduce((sum, { processings }) => sum + processings.length, 0);
  return all - lastProcessings(lives).size;
}

/** The lives task by task. */
export function byTask(lives: readonly TaskLife[]): TaskLife[][] {
  return [...groupBy(lives, ({ task }) => task).values()];
}
