import type { EventId, RecordedEvent, TopicPartitionRef } from '../environment/trace-events.js';

/**
 * Why an event happened: the event itself, what caused it, and so on back to a command. A cause that names a request goes on with what the
 * client sent in it; one that names an append, with the request behind it. Stops at the first event without a cause in the trace.
 */
export function causeChain(trace: readonly RecordedEvent[], from: number): readonly RecordedEvent[] {
  const start = trace[from];
  if (start === undefined) return [];
  const byId = new Map<EventId, RecordedEvent>();
  for (const event of trace.slice(0, from + 1))
    if (event.id !== undefined && !byId.has(event.id)) byId.set(event.id, event);
  const chain: RecordedEvent[] = [start];
  for (
    let next = causeOf(start, trace, byId);
    next !== undefined && !chain.includes(next);
    next = causeOf(next, trace, byId)
  ) {
    chain.push(next);
  }
  return chain;
}

function causeOf(
  event: RecordedEvent,
  trace: readonly RecordedEvent[],
  byId: ReadonlyMap<EventId, RecordedEvent>,
): RecordedEvent | undefined {
  if (event.kind === 'batch-appended') {
    const sent = trace.find(
      (other) =>
        other.kind === 'batch-sent' &&
        other.request === event.cause &&
        other.topic === event.topic &&
        other.partition === event.partition,
    );
    if (sent !== undefined) return sent;
  }
  // What a task processed lies in a batch that had been stored.
  const taken = takenIn(event);
  if (taken !== undefined)
    return trace
      .slice(0, event.index)
      .findLast(
        (other) =>
          other.kind === 'records-stored' &&
          other.topic === taken.topic &&
          other.partition === taken.partition &&
          other.baseOffset <= taken.offset &&
          other.baseOffset + other.records.length > taken.offset,
      );
  if (event.kind === 'batch-sent') return byId.get(event.sends[0] ?? '');
  return event.cause === undefined ? undefined : byId.get(event.cause);
}

/** The record that a streams task took, if the event tells of that. */
function takenIn(event: RecordedEvent): (TopicPartitionRef & { readonly offset: number }) | undefined {
  if (event.kind === 'record-processed') return event;
  return event.kind === 'record-dropped' ? event.origin : undefined;
}
