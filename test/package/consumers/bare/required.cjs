// As Jest loads it, which cannot require modules.
const { startBroker, Kafka } = require('partita/node');

if (!require.resolve('partita/node').endsWith('.cjs')) throw new Error('A module was required.');

startBroker({ topics: ['orders'] }).then(async (broker) => {
  const admin = new Kafka({ brokers: [broker.bootstrap] }).admin();
  await admin.connect();
  const topics = await admin.listTopics();
  if (topics.join() !== 'orders') throw new Error(`Found ${topics.join()}.`);
  await admin.disconnect();
  await broker.close();
});
