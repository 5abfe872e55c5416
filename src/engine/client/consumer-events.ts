import type { Millis } from '../environment/environment.js';
import type { TopicOffsets } from './delivery.js';
import type { RequestEventPayload } from './instrumentation.js';

/** The names of a consumer's events, as in KafkaJS. */
export const consumerEvents = {
  HEARTBEAT: 'consumer.heartbeat',
  COMMIT_OFFSETS: 'consumer.commit_offsets',
  GROUP_JOIN: 'consumer.group_join',
  FETCH_START: 'consumer.fetch_start',
  FETCH: 'consumer.fetch',
  START_BATCH_PROCESS: 'consumer.start_batch_process',
  END_BATCH_PROCESS: 'consumer.end_batch_process',
  CONNECT: 'consumer.connect',
  DISCONNECT: 'consumer.disconnect',
  STOP: 'consumer.stop',
  CRASH: 'consumer.crash',
  REBALANCING: 'consumer.rebalancing',
  REQUEST: 'consumer.network.request',
} as const;

interface Member {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupGenerationId: number;
}

interface BatchProcess {
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: string;
  readonly firstOffset: string;
}

/** What each of a consumer's events tells. */
export interface ConsumerEventPayloads {
  readonly 'consumer.heartbeat': Member;
  readonly 'consumer.commit_offsets': Member & { readonly topics: readonly TopicOffsets[] };
  readonly 'consumer.group_join': {
    readonly duration: Millis;
    readonly groupId: string;
    readonly isLeader: boolean;
    readonly leaderId: string;
    readonly groupProtocol: string;
    readonly memberId: string;
    readonly memberAssignment: Readonly<Record<string, readonly number[]>>;
  };
  readonly 'consumer.fetch_start': { readonly nodeId: number };
  readonly 'consumer.fetch': { readonly nodeId: number; readonly numberOfBatches: number; readonly duration: Millis };
  readonly 'consumer.start_batch_process': BatchProcess;
  readonly 'consumer.end_batch_process': BatchProcess & { readonly duration: Millis };
  readonly 'consumer.connect': null;
  readonly 'consumer.disconnect': null;
  readonly 'consumer.stop': null;
  /** The run has ended with an error; `restart`: it begins again by itself. */
  readonly 'consumer.crash': { readonly error: Error; readonly groupId: string; readonly restart: boolean };
  readonly 'consumer.rebalancing': { readonly groupId: string; readonly memberId: string };
  readonly 'consumer.network.request': RequestEventPayload;
}
