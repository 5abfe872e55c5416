import { describe, expect, it } from 'vitest';
import { Lifetime } from '../../../src/engine/client/lifetime.js';
import { KafkaError } from '../../../src/engine/protocol/kafka-error.js';
import { ManualEnvironment } from './manual-environment.js';

const over = new KafkaError('INVALID_REQUEST', 'over');

describe('Lifetime', () => {
  it('cancels timers and rejects waits when it ends', async () => {
    const environment = new ManualEnvironment();
    const lifetime = new Lifetime(environment.timers);
    let fired = false;
    lifetime.timer(10, () => (fired = true));
    const waits = Promise.allSettled([
      lifetime.sleep(10),
      lifetime.whileAlive(new Promise(() => {})),
      lifetime.within(10, new Promise(() => {})),
    ]);
    lifetime.end(over);
    for (const wait of await waits) expect(wait).toEqual({ status: 'rejected', reason: over });
    await environment.advance(100);
    expect([fired, environment.pendingTimers]).toEqual([false, 0]);
  });

  it('ends with its parent, not the other way round', () => {
    const { timers } = new ManualEnvironment();
    const parent = new Lifetime(timers);
    const [first, second] = [new Lifetime(timers, parent), new Lifetime(timers, parent)];
    first.end(over);
    expect([parent.isOver, second.isOver]).toEqual([false, false]);
    parent.end(over);
    expect(second.isOver).toBe(true);
    expect(new Lifetime(timers, parent).isOver).toBe(true);
  });

  it('within gives undefined when it takes too long', async () => {
    const environment = new ManualEnvironment();
    const lifetime = new Lifetime(environment.timers);
    const late = lifetime.within(10, new Promise<string>((resolve) => environment.timers.set(20, () => resolve('x'))));
    expect(await environment.outcome(late)).toBeUndefined();
    expect(await environment.outcome(lifetime.within(10, Promise.resolve('x')))).toBe('x');
  });
});
