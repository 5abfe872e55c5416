import type { BrokerAddress } from '../../protocol/connection.js';
import { KafkaError } from '../../protocol/kafka-error.js';

/** The host and port of `host:port` or `[ipv6]:port`. */
export function parseAddress(text: string): BrokerAddress {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535)
    throw new KafkaError(
      'INVALID_REQUEST',
      `'${text}' is no address of a broker. Write host:port, as in localhost:9092.`,
    );
  return { host, port: Number(port) };
}
