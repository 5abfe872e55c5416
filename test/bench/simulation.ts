import { Kafka } from '../../src/engine/client/kafka.js';
import { MemoryStorage } from '../../src/engine/environment/memory-storage.js';
import { settle } from '../../src/engine/platform/node/settle.js';
import { World } from '../../src/engine/simulation/world.js';

const topic = 'orders';
const partitions = 4;
const members = 3;
const aim = 20_000;
const rounds = 5;

/** Prints what a simulated world gets done: events a second of one core while its clients work, and virtual seconds a second while they wait. */
export async function measureSimulation(print: (line: string) => void): Promise<void> {
  await busy(10);
  const speeds: number[] = [];
  for (let round = 0; round < rounds; round++) speeds.push((await busy(30)).eventsPerSecond);
  const value = Math.round(medianOf(speeds));
  print(JSON.stringify({ bench: 'simulation', value, unit: 'events/s', aim, ratio: ratio(value, aim) }));
  const idled = await idle(3_600);
  print(JSON.stringify({ bench: 'simulation-idle', value: Math.round(idled), unit: 'virtual s/s' }));
}

/** A producer sends a record every 20 ms, and the members of a group read and commit, for so many virtual seconds. */
async function busy(seconds: number): Promise<{ readonly eventsPerSecond: number }> {
  const { world, client } = await worldWithGroup();
  const producer = client('producer').producer({ lingerMs: 0 });
  await world.outcome(producer.connect());
  const { timers } = world.environment('script');
  let sent = 0;
  const send = (): void => {
    const messages = [{ key: `k${sent % 16}`, value: `value ${sent}`, partition: sent++ % partitions }];
    world.watch(producer.send({ topic, messages }));
    timers.set(20, send);
  };
  send();
  await world.advanceBy(1_000);
  const [events, cpu] = [world.happened, process.cpuUsage()];
  await world.advanceBy(seconds * 1000);
  const { user, system } = process.cpuUsage(cpu);
  return { eventsPerSecond: ((world.happened - events) / (user + system)) * 1_000_000 };
}

/** The members of a group wait for records that do not come: virtual seconds for each second of one core. */
async function idle(seconds: number): Promise<number> {
  const { world } = await worldWithGroup();
  await world.advanceBy(10_000);
  const cpu = process.cpuUsage();
  await world.advanceBy(seconds * 1000);
  const { user, system } = process.cpuUsage(cpu);
  return (seconds / (user + system)) * 1_000_000;
}

async function worldWithGroup(): Promise<{ readonly world: World; readonly client: (id: string) => Kafka }> {
  const world = new World({ seed: 'bench', settle });
  await world.outcome(world.startBroker({ storage: new MemoryStorage(), profile: 'test' }));
  const client = (clientId: string): Kafka =>
    new Kafka(world.environment(clientId), { clientId, network: world.network(clientId) });
  const admin = client('admin').admin();
  await world.outcome(admin.connect());
  await world.outcome(admin.createTopics({ topics: [{ topic, numPartitions: partitions }] }));
  await world.outcome(admin.disconnect());
  for (let member = 0; member < members; member++) {
    const consumer = client(`member-${member}`).consumer({ groupId: 'group', autoOffsetReset: 'earliest' });
    await world.outcome(consumer.connect());
    await world.outcome(consumer.subscribe({ topics: [topic] }));
    world.watch(consumer.run({ eachMessage: () => Promise.resolve() }));
  }
  await world.advanceBy(10_000);
  return { world, client };
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] as number;
}

function ratio(value: number, against: number): number {
  return Number((value / against).toPrecision(3));
}
