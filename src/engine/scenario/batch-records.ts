import type { EventId, RecordedEvent } from '../environment/trace-events.js';

/** Which records of a script a batch holds: the producer says which sends went into which request; the broker says which request an append came from. */
export class BatchRecords {
  private readonly recordOfSend = new Map<EventId, number>();
  private readonly sendsOfBatch = new Map<string, readonly EventId[]>();

  sent(send: EventId, record: number): void {
    this.recordOfSend.set(send, record);
  }

  batched(event: Extract<RecordedEvent, { kind: 'batch-sent' }>): void {
    this.sendsOfBatch.set(batchName(event.request, event), event.sends);
  }

  /** The records of an appended batch with their offsets; those that no script has sent are left out. */
  in(
    event: Extract<RecordedEvent, { kind: 'batch-appended' }>,
  ): { readonly offset: number; readonly record: number }[] {
    const sends = this.sendsOfBatch.get(batchName(event.cause ?? '', event)) ?? [];
    return sends.flatMap((send, at) => {
      const record = this.recordOfSend.get(send);
      return record === undefined ? [] : [{ offset: event.baseOffset + at, record }];
    });
  }
}

function batchName(request: EventId, { topic, partition }: { topic: string; partition: number }): string {
  return `${request} ${topic}-${partition}`;
}
