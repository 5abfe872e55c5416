import type { RecordedEvent } from '../../../src/engine/environment/trace-events.js';
import type { ApiName, RequestOf, ResponseOf } from '../../../src/engine/protocol/apis.js';
import type { Call, RequestContext, RequestHandler } from '../../../src/engine/protocol/connection.js';
import { errorByCode } from '../../../src/engine/protocol/errors.js';

/** Counts how often a run has reached what the search should reach sometimes. */
export class Probes {
  private readonly counts = new Map<string, number>();

  readonly reach = (name: string, times = 1): void => {
    this.counts.set(name, (this.counts.get(name) ?? 0) + times);
  };

  get reached(): ReadonlyMap<string, number> {
    return this.counts;
  }

  /** Counts the errors that a broker answers with, by API: what each client had to cope with. */
  around(broker: RequestHandler): RequestHandler {
    const { reach } = this;
    return {
      async handle<Api extends ApiName>(context: RequestContext, call: Call<Api>, request: RequestOf<Api>) {
        const response: ResponseOf<Api> = await broker.handle(context, call, request);
        eachError(response, (code) => reach(`${call.api} answers ${errorByCode(code).name}`));
        return response;
      },
      disconnected: (connectionId) => broker.disconnected(connectionId),
    };
  }

  /** Counts the edges of state machines and the branches of recovery that a trace shows. */
  addTrace(trace: readonly RecordedEvent[]): void {
    for (const event of trace) {
      const name = probeOf(event);
      if (name !== undefined) this.reach(name);
    }
  }
}

function probeOf(event: RecordedEvent): string | undefined {
  switch (event.kind) {
    case 'group-state-changed':
      return `a group goes from ${event.from || 'nothing'} to ${event.to}`;
    case 'member-left':
      return `a member goes: ${event.reason}`;
    case 'member-epoch-changed':
      return `a member is ${event.state}`;
    case 'partitions-revoked':
      return event.partitions.length === 0 ? undefined : event.lost ? 'partitions lost' : 'partitions revoked';
    case 'partitions-assigned':
      return event.partitions.length === 0
        ? 'a member gets nothing'
        : event.partitions.some(({ source }) => source === 'reset')
          ? 'a member begins where the reset policy says'
          : 'a member begins at the commit';
    case 'log-recovered':
      return event.truncatedBytes > 0 ? 'a log cut back by recovery' : 'a log recovered whole';
    case 'segment-rolled':
      return 'a segment rolled';
    default:
      return undefined;
  }
}

function eachError(response: object, found: (code: number) => void): void {
  if (response instanceof Uint8Array) return;
  const fields = response as Readonly<Record<string, unknown>>;
  for (const name in fields) {
    const field = fields[name];
    if (name === 'errorCode' && field !== 0) found(field as number);
    else if (typeof field === 'object' && field !== null) eachError(field, found);
  }
}
