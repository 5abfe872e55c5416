import { Kafka, type KafkaConfig } from '../engine/client/kafka.js';
import { browserEnvironment } from '../engine/platform/browser/browser-environment.js';
import { WebSocketNetwork, type WebSocketNetworkOptions } from '../engine/platform/browser/websocket-network.js';

/** How to reach a broker from a page: `partita serve --websocket`, or a cluster behind `partita gateway`. */
export interface WebSocketKafkaConfig extends WebSocketNetworkOptions, Omit<KafkaConfig, 'network'> {}

/** Clients over a WebSocket, in KafkaJS's shape. */
export class WebSocketKafka extends Kafka {
  constructor({ url, token, sasl, broker, ...config }: WebSocketKafkaConfig) {
    const environment = browserEnvironment();
    const network = new WebSocketNetwork(environment, {
      url,
      ...(token !== undefined && { token }),
      ...(sasl !== undefined && { sasl }),
      ...(broker !== undefined && { broker }),
    });
    super(environment, { ...config, network });
  }
}
