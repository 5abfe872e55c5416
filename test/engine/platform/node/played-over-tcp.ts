import { Broker } from '../../../../src/engine/broker/broker.js';
import { silentTracer } from '../../../../src/engine/environment/trace-events.js';
import { MemoryStorage } from '../../../../src/engine/environment/memory-storage.js';
import { KafkaServer } from '../../../../src/engine/platform/node/kafka-server.js';
import { MovingEnvironment } from '../../../../src/engine/platform/node/moving-environment.js';
import type { StructValue } from '../../../../src/engine/protocol/message-values.js';
import { AnswersInOrder, frameOf, type StartBroker } from '../../broker/played-broker.js';
import { RawClient } from './raw-client.js';

/** How long an answer that can come is waited for, in milliseconds of the real world, before time is moved on. */
const graceMs = 5;

/** A broker behind a port of this machine, whose clock goes on by itself and is moved on when nothing comes. */
export const overTcp: StartBroker = async (config) => {
  const environment = new MovingEnvironment(silentTracer);
  const server = await KafkaServer.listen(environment, { port: 0 });
  const broker = await Broker.start(environment, {
    storage: new MemoryStorage(),
    advertised: server.address,
    config,
  });
  server.serve(broker);
  const underway = new Set<Promise<unknown>>();
  const settle = async () => {
    const grace = new Promise((resolve) => setTimeout(resolve, graceMs));
    await Promise.race([Promise.allSettled([...underway]), grace]);
  };
  return {
    connect: async () => {
      const client = await RawClient.connect(server.address.port);
      const answers = new AnswersInOrder();
      void (async () => {
        for (;;) answers.take(await client.next());
      })().catch(() => answers.end());
      return {
        send: (call, request): Promise<StructValue> => {
          const answer = answers.answerTo(call);
          client.write(frameOf(call, answers.sent, request));
          underway.add(answer);
          const done = () => underway.delete(answer);
          answer.then(done, done);
          return answer;
        },
        close: () => client.close(),
      };
    },
    pass: async (ms) => {
      await settle();
      await environment.advance(ms);
      await settle();
    },
    stop: async () => {
      await Promise.all([broker.stop(), server.stop(200)]);
    },
  };
};
