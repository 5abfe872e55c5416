import type { RecordInWords, TopicPartitionRef, Tracer } from '../environment/trace-events.js';
import type { ResponseOf, RequestOf } from '../protocol/apis.js';
import type { RequestHandler } from '../protocol/connection.js';
import { batchesIn, decodeRecords } from '../protocol/record-batch.js';

interface PutRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly timestamp: number;
}

interface ProduceWatchOptions {
  readonly tracer: Tracer;
  readonly nameOf: (topicId: Uint8Array) => string | undefined;
  readonly read: (topic: string, record: PutRecord) => RecordInWords;
}

/** Stands before a broker and tells, once a batch is stored, what is in it. It changes nothing of what goes through. */
export function watchProduce(broker: RequestHandler, options: ProduceWatchOptions): RequestHandler {
  return {
    async handle(context, call, request) {
      const response = await broker.handle(context, call, request);
      if (call.api === 'Produce')
        tellStored(options, request as RequestOf<'Produce'>, response as ResponseOf<'Produce'>);
      return response;
    },
    disconnected: (connectionId) => broker.disconnected(connectionId),
  };
}

function tellStored(
  { tracer, nameOf, read }: ProduceWatchOptions,
  request: RequestOf<'Produce'>,
  response: ResponseOf<'Produce'>,
): void {
  request.topicData.forEach(({ name, topicId, partitionData }, topicAt) => {
    const topic = name === undefined || name === '' ? topicId && nameOf(topicId) : name;
    if (topic === undefined) return;
    partitionData.forEach(({ index, records }, at) => {
      const answer = response.responses[topicAt]?.partitionResponses[at];
      if (answer === undefined || answer.errorCode !== 0 || records === null) return;
      const place: TopicPartitionRef = { topic, partition: index };
      const baseOffset = Number(answer.baseOffset);
      const told = [...batchesIn(records)].flatMap(({ header }) =>
        [...decodeRecords(records, header)].map((record) => read(topic, record)),
      );
      const cause = `append:${topic}-${index}@${baseOffset}`;
      tracer.emit({ kind: 'records-stored', cause, ...place, baseOffset, records: told });
    });
  });
}
