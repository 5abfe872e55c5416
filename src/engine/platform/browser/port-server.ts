import type { ApiName, RequestOf } from '../../protocol/apis.js';
import type { Connection, Network } from '../../protocol/connection.js';
import { KafkaError, toErrorData } from '../../protocol/kafka-error.js';
import { transferOf, type ToBroker, type ToClient } from './port-messages.js';

/** Serves one message port with a connection of its own on `network`, until either side closes. */
export async function servePort(port: MessagePort, network: Network): Promise<void> {
  const [address] = network.bootstrap;
  if (address === undefined) throw new KafkaError('BROKER_NOT_AVAILABLE', 'There is no broker behind this port.');
  const connection = await network.connect(address);
  const post = (message: ToClient, transfer: Transferable[] = []): void => port.postMessage(message, transfer);
  port.onmessage = ({ data }: MessageEvent<ToBroker>) => {
    if (data.kind === 'close') connection.close();
    else void answer(connection, data, post);
  };
  void connection.closed.then(({ message }) => {
    post({ kind: 'closed', message });
    port.close();
  });
  post({ kind: 'connected', id: connection.id });
}

async function answer(
  connection: Connection,
  { number, api, version, clientId, request }: Extract<ToBroker, { kind: 'request' }>,
  post: (message: ToClient, transfer?: Transferable[]) => void,
): Promise<void> {
  try {
    const response = await connection.send({ api, version, clientId }, request as RequestOf<ApiName>);
    post({ kind: 'response', number, response }, transferOf(api, response));
  } catch (error) {
    post({ kind: 'error', number, error: toErrorData(error) });
  }
}
