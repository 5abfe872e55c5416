import { apis, type ApiName, type RequestOf, type ResponseOf } from '../../../src/engine/protocol/apis.js';
import type { Call, RequestContext, RequestHandler } from '../../../src/engine/protocol/connection.js';
import { carried } from '../../../src/engine/protocol/message-values.js';

/** One request as the broker would get it. */
export interface Incoming<Api extends ApiName> {
  readonly context: RequestContext;
  readonly call: Call<Api>;
  readonly request: RequestOf<Api>;
  /** Has the true broker handle it, as often as it is called. */
  readonly handle: () => Promise<ResponseOf<Api>>;
}

type Alterations = { readonly [Api in ApiName]?: (incoming: Incoming<Api>) => Promise<ResponseOf<Api>> };

/** A broker that treats some requests in another way than the true one: what is broken is in `alterations`, one for each API. */
export function alteredBroker(broker: RequestHandler, alterations: Alterations): RequestHandler {
  return {
    handle<Api extends ApiName>(context: RequestContext, call: Call<Api>, request: RequestOf<Api>) {
      // Each time as if it had come anew: a log puts offsets into the bytes that it is given.
      const handle = (): Promise<ResponseOf<Api>> =>
        broker.handle(context, call, carried(apis[call.api].request, call.version, request) as RequestOf<Api>);
      const alteration = alterations[call.api];
      return alteration === undefined ? handle() : alteration({ context, call, request, handle });
    },
    disconnected: (connectionId) => broker.disconnected(connectionId),
  };
}
