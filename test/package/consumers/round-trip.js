const topic = 'orders';
const expected = 100;

/** Stores 100 records the first time and reads them back each time; leaves what it read, and where the broker runs, on the body for the test. */
export async function roundTrip(openPartita) {
  document.body.dataset.result = JSON.stringify(await run(openPartita).catch((error) => ({ error: String(error) })));
}

/** Names what is being waited for, for a test that waits in vain. */
function step(name) {
  document.body.dataset.step = name;
}

async function run(openPartita) {
  step('opening the log');
  const log = await openPartita({ name: 'shop' });
  step('connecting');
  const admin = log.admin();
  await admin.connect();
  const isFirstRun = !(await admin.listTopics()).includes(topic);
  if (isFirstRun) {
    step('creating the topic');
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
    await produce(log);
  }
  await admin.disconnect();
  return { isFirstRun, role: log.role, values: await consume(log) };
}

async function produce(log) {
  step('producing');
  const producer = log.producer();
  await producer.connect();
  const messages = Array.from({ length: expected }, (_, i) => ({ key: `order-${i}`, value: `value ${i}` }));
  await producer.send({ topic, messages });
  await producer.disconnect();
}

async function consume(log) {
  step('joining the group');
  const consumer = log.consumer({ groupId: crypto.randomUUID() });
  const values = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise((resolve, reject) => {
    const eachMessage = async ({ message }) => {
      step('consuming');
      values.push(new TextDecoder().decode(message.value));
      if (values.length === expected) resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  step('leaving the group');
  await consumer.disconnect();
  return values;
}
