import { expect, test } from 'vitest';
import { sleep } from '../../../src/engine/environment/environment.js';
import { PublishSubscribe } from '../../../src/engine/models/publish-subscribe.js';
import { settle } from '../../../src/engine/platform/node/settle.js';
import { World } from '../../../src/engine/simulation/world.js';

function stage(): { world: World; topic: PublishSubscribe; subscribe: (id: string, handlingMs: number) => void } {
  const world = new World({ seed: 'a seed', settle, startMs: 0 });
  const environment = world.environment('publish-subscribe');
  const topic = new PublishSubscribe(environment, 'orders');
  const subscribe = (id: string, handlingMs: number): void =>
    topic.subscribe({ id, handle: () => sleep(environment.timers, handlingMs) });
  return { world, topic, subscribe };
}

const finishedBy = (world: World, subscriber: string): number[] =>
  world.trace.flatMap((event) =>
    event.kind === 'message-finished' && event.subscriber === subscriber ? [event.message] : [],
  );

test('PUBSUB-1 everybody who listens gets everything, in sequence, one at a time', async () => {
  const { world, topic, subscribe } = stage();
  subscribe('quick', 1);
  subscribe('slow', 300);
  for (let message = 0; message < 5; message++) topic.publish(message);
  await world.advanceTo(5000);
  expect(finishedBy(world, 'quick')).toEqual([0, 1, 2, 3, 4]);
  expect(finishedBy(world, 'slow')).toEqual([0, 1, 2, 3, 4]);
  const takenUp = world.trace.filter((event) => event.kind === 'message-taken-up' && event.subscriber === 'slow');
  expect(takenUp.slice(1).map((event, at) => event.at - (takenUp[at] as typeof event).at)).toEqual([
    300, 300, 300, 300,
  ]);
});

test('PUBSUB-2 who comes late has missed what was published before', async () => {
  const { world, topic, subscribe } = stage();
  topic.publish(0);
  subscribe('late', 10);
  topic.publish(1);
  await world.advanceTo(1000);
  expect(finishedBy(world, 'late')).toEqual([1]);
  expect(world.trace.filter((event) => event.kind === 'message-published')).toMatchObject([
    { message: 0, listeners: 0 },
    { message: 1, listeners: 1 },
  ]);
});

test('PUBSUB-3 what a subscriber had not finished when it left is lost, even if it comes again', async () => {
  const { world, topic, subscribe } = stage();
  subscribe('one', 100);
  for (let message = 0; message < 4; message++) topic.publish(message);
  await world.advanceTo(150);
  topic.unsubscribe('one');
  expect(world.trace.at(-1)).toMatchObject({ kind: 'subscriber-left', dropped: 3 });
  subscribe('one', 100);
  await world.advanceTo(5000);
  expect(finishedBy(world, 'one')).toEqual([0]);
});

test('PUBSUB-3 what was on its way when the subscriber left counts as dropped', () => {
  const { world, topic, subscribe } = stage();
  subscribe('one', 100);
  topic.publish(0);
  topic.unsubscribe('one');
  expect(world.trace.at(-1)).toMatchObject({ kind: 'subscriber-left', dropped: 1 });
});

test('each event names its cause, back to who published the message', async () => {
  const { world, topic, subscribe } = stage();
  subscribe('one', 10);
  topic.publish(3, 'command:send-3');
  await world.advanceTo(1000);
  expect(world.trace.map(({ kind, id, cause }) => [kind, id, cause])).toEqual([
    ['subscriber-came', undefined, undefined],
    ['message-published', 'message:orders:3', 'command:send-3'],
    ['message-received', 'received:orders:3@one', 'message:orders:3'],
    ['message-taken-up', 'taken:orders:3@one', 'received:orders:3@one'],
    ['message-finished', 'finished:orders:3@one', 'taken:orders:3@one'],
  ]);
});

test('ids are given once', () => {
  const { topic, subscribe } = stage();
  subscribe('one', 1);
  expect(() => subscribe('one', 1)).toThrow(/has a subscriber one already/);
  expect(() => topic.unsubscribe('two')).toThrow(/has no subscriber two; it has one/);
});
