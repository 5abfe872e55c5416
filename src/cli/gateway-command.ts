import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Gateway } from '../engine/platform/node/gateway.js';
import { WebSocketListener } from '../engine/platform/node/websocket-server.js';
import type { BrokerAddress } from '../engine/protocol/connection.js';
import type { SaslMechanism, SaslOptions } from '../engine/wire/sasl/sasl-client.js';
import { Kafka } from '../entry/node.js';
import { gatewayHelp } from './help.js';
import { parseOrigins } from './parse-origins.js';
import { parsePort } from './parse-size.js';
import type { Running } from './running.js';
import { UsageError } from './usage-error.js';

const mechanisms: readonly SaslMechanism[] = ['plain', 'scram-sha-256', 'scram-sha-512'];

/** `partita gateway`: carries WebSockets of pages to one cluster. Undefined if only help was wanted. */
export async function gateway(args: readonly string[], say: (line: string) => void): Promise<Running | undefined> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      upstream: { type: 'string', multiple: true },
      'upstream-tls': { type: 'boolean' },
      'upstream-ca': { type: 'string' },
      'upstream-sasl': { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      'allow-origin': { type: 'string', multiple: true },
      'allow-host': { type: 'string', multiple: true },
      'allow-plaintext': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    say(gatewayHelp);
    return undefined;
  }
  const { upstream = [] } = values;
  if (upstream.length === 0) throw new UsageError('A gateway needs a cluster: --upstream host:port.');
  const ca = values['upstream-ca'];
  const tls = ca !== undefined ? { ca: readFileSync(ca) } : (values['upstream-tls'] ?? false);
  const sasl = saslOf(values['upstream-sasl']);
  const discover = (): Promise<readonly BrokerAddress[]> =>
    brokersOf({ brokers: upstream, ssl: tls, ...(sasl && { sasl }) });
  const carrier = new Gateway({ upstream, tls, discover });
  const token = randomBytes(24).toString('base64url');
  const allowedOrigins = parseOrigins(values['allow-origin'] ?? []);
  const listener = await WebSocketListener.listen(
    {
      port: values.port === undefined ? 9095 : parsePort('port', values.port),
      allowedOrigins,
      allowedHosts: values['allow-host'] ?? [],
      allowOthers: values['allow-plaintext'] ?? false,
      token,
      log: say,
      ...(values.host !== undefined && { host: values.host }),
    },
    (pipe, broker) => carrier.accept(pipe, broker),
  );
  const { host, port } = listener.address;
  const pages = allowedOrigins.length === 0 ? 'no pages yet (--allow-origin)' : allowedOrigins.join(', ');
  say(
    `The gateway to ${upstream.join(', ')} is at ws://${host}:${port}, for ${pages}; for other programs by the token ${token}. Ctrl+C stops it.`,
  );
  return { stop: () => listener.stop() };
}

/** Whom the cluster says it consists of. */
async function brokersOf(config: ConstructorParameters<typeof Kafka>[0]): Promise<readonly BrokerAddress[]> {
  const admin = new Kafka({ ...config, clientId: 'partita-gateway', retry: { retries: 2 } }).admin();
  await admin.connect();
  try {
    return (await admin.describeCluster()).brokers;
  } finally {
    await admin.disconnect();
  }
}

function saslOf(name: string | undefined): SaslOptions | undefined {
  if (name === undefined) return undefined;
  const mechanism = mechanisms.find((each) => each === name);
  if (mechanism === undefined)
    throw new UsageError(`--upstream-sasl is '${name}'; ${mechanisms.join(', ')} were expected.`);
  const { PARTITA_UPSTREAM_USER: username, PARTITA_UPSTREAM_PASSWORD: password } = process.env;
  if (username === undefined || password === undefined)
    throw new UsageError(
      '--upstream-sasl needs PARTITA_UPSTREAM_USER and PARTITA_UPSTREAM_PASSWORD in the environment.',
    );
  return { mechanism, username, password };
}
