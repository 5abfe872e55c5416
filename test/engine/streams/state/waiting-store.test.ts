import { describe, expect, it } from 'vitest';
import { JoinWindows } from '../../../../src/engine/streams/dsl/window/join-windows.js';
import { StreamsBuilder } from '../../../../src/engine/streams/dsl/streams-builder.js';
import { emitIntervalConfigs } from '../../../../src/engine/streams/processors/emit-interval.js';
import { Serdes } from '../../../../src/engine/streams/serdes.js';
import { wholeTopology } from '../../../../src/engine/streams/driver/whole-topology.js';
import { read, TaskStage } from '../task/task-stage.js';

const text = { key: Serdes.string, value: Serdes.string };
const pair = (left: string | null, right: string | null) => `${left}+${right}`;
/** One task of a topology of the inputs `left` and `right`, and what it has sent. */
class JoinStage {
  readonly #stage: TaskStage;

  constructor(define: (builder: StreamsBuilder) => void) {
    const builder = new StreamsBuilder();
    define(builder);
    this.#stage = new TaskStage(wholeTopology(builder.build().build('app')), { [emitIntervalConfigs.outerJoin]: 0 });
    for (const topic of ['left', 'right']) this.task.setLag(topic, 0);
  }

  get task() {
    return this.#stage.task;
  }

  send(topic: 'left' | 'right', value: string, timestamp: number): this {
    this.#stage.add(topic, [value, timestamp, 'k']).processAll();
    return this;
  }

  get results() {
    return this.#stage.sent.filter(({ topic }) => topic === 'out').map(({ value }) => read(value));
  }

  /** How many records came to wait, and left, as the changelog has it. */
  changes(part: string) {
    const changes = this.#stage.sent.filter(({ topic }) => topic.includes(part) && topic.endsWith('-changelog'));
    return changes.map(({ value }) => (value === null ? 'gone' : 'waits'));
  }
}

describe('the changelog of what waits', () => {
  it('hears that a record without a partner is gone once its result can have arrived', () => {
    const within = JoinWindows.ofTimeDifferenceAndGrace(10, 0);
    const stage = new JoinStage((builder) =>
      builder.stream('left', text).leftJoin(builder.stream('right', text), pair, within, text).to('out', text),
    );
    stage.send('left', 'a', 0);
    expect(stage.changes('OUTERSHARED')).toEqual(['waits']);
    stage.send('left', 'b', 50);
    expect(stage.results).toEqual(['a+null']);
    stage.task.flushCaches();
    expect(stage.changes('OUTERSHARED')).toEqual(['waits']);
    // The next that comes to wait is told in turn, behind the one that is gone.
    stage.task.prepareCommit();
    expect(stage.changes('OUTERSHARED')).toEqual(['waits', 'gone', 'waits']);
  });

  it('hears that a record is gone that waited for its table once its result can have arrived', () => {
    const stage = new JoinStage((builder) => {
      const materialized = { as: 'rows', versioned: { historyRetention: 1_000 } };
      const rows = builder.table('right', { ...text, materialized });
      builder
        .stream('left', text)
        .join(rows, pair, { ...text, name: 'waiting', grace: 5 })
        .to('out', text);
    });
    stage.send('right', 'row', 0).send('left', 'a', 1).send('left', 'b', 50);
    expect(stage.results).toEqual(['a+row']);
    expect(stage.changes('Buffer')).toEqual(['waits', 'waits']);
    stage.task.prepareCommit();
    expect(stage.changes('Buffer')).toEqual(['waits', 'waits', 'gone']);
  });

  it('asks for a commit when it has much to tell', () => {
    const within = JoinWindows.ofTimeDifferenceAndGrace(0, 0);
    const stage = new JoinStage((builder) =>
      builder.stream('left', text).leftJoin(builder.stream('right', text), pair, within, text).to('out', text),
    );
    for (let time = 0; !stage.task.isCommitRequested && time < 30_000; time++) stage.send('left', 'x', time);
    expect(stage.changes('OUTERSHARED').length).toBeLessThan(10);
    expect(stage.results.length).toBeGreaterThan(1_000);
    expect(stage.task.isCommitRequested).toBe(true);
    stage.task.prepareCommit();
    expect(stage.changes('OUTERSHARED').filter((change) => change === 'gone')).toHaveLength(stage.results.length);
  });
});
