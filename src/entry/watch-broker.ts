import { browserEnvironment } from '../engine/platform/browser/browser-environment.js';
import { WebSocketNetwork } from '../engine/platform/browser/websocket-network.js';
import { BrokerWatch, type BrokerView } from '../engine/scenario/broker-watch.js';

/** Looks at the broker behind a WebSocket until the returned function is called; `tell` is given each look, `fail` each failure, after which it tries again. */
export function watchBroker(url: string, tell: (view: BrokerView) => void, fail: (error: Error) => void): () => void {
  const environment = browserEnvironment();
  const watch = new BrokerWatch(environment, new WebSocketNetwork(environment, { url }));
  void watch.run(tell, fail);
  return () => watch.stop();
}
