import type { Admin } from '../client/admin.js';
import { Kafka } from '../client/kafka.js';
import type { Millis } from '../environment/environment.js';
import type { Storage } from '../environment/storage.js';
import { toErrorData } from '../protocol/kafka-error.js';
import type { World } from '../simulation/world.js';
import type { RunTopic } from './run-topic.js';
import { VirtualRun } from './virtual-run.js';

/** A producer looks at the topics again after so long: soon enough to use a new partition in the same run. */
export const metadataMaxAgeMs: Millis = 2_000;

/** A run on virtual time of clients that are processes of their own, and of a real broker. */
export abstract class ClusterRun<Spec extends { readonly seed: string }> extends VirtualRun<Spec> {
  protected admin!: Admin;

  /** Starts the broker, with what is put around it, and the client that the script gives orders by. */
  protected async startBroker(storage: Storage, around?: Parameters<World['startBroker']>[1]): Promise<void> {
    await this.world.startBroker({ storage, profile: 'classroom', clusterId: 'scenario' }, around);
    this.admin = this.client('admin').admin();
    await this.admin.connect();
  }

  protected async createTopic({ topic, partitions, config = {} }: RunTopic): Promise<void> {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await this.admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }] });
  }

  /** Tells that a step of the script is carried out; the cause of what follows. */
  protected commanded(index: number, text: string): string {
    const id = `command:script-${index}`;
    this.script.tracer.emit({ kind: 'command', id, text, args: { step: index } });
    return id;
  }

  /** Does what a step asks for, and tells how it went. */
  protected async answer(index: number, cause: string, act: () => Promise<unknown>): Promise<void> {
    const id = `command:answer-${index}`;
    try {
      await act();
      this.script.tracer.emit({ kind: 'command', id, cause, text: 'done', args: { step: index } });
    } catch (error) {
      const { code, message } = toErrorData(error);
      this.script.tracer.emit({ kind: 'command', id, cause, text: code, args: { step: index, error: code, message } });
    }
  }

  protected client(clientId: string): Kafka {
    return new Kafka(this.world.environment(clientId), { clientId, network: this.world.network(clientId) });
  }
}
