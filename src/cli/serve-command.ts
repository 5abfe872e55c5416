import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { nodeEnvironment } from '../engine/platform/node/node-environment.js';
import { NodeBroker } from '../entry/node-broker.js';
import { serveHelp } from './help.js';
import { parseOrigins } from './parse-origins.js';
import { parsePort, parseSize } from './parse-size.js';
import type { Running } from './running.js';
import { UsageError } from './usage-error.js';
import { keepHeapSmall } from './small-heap.js';

const profiles = ['kafka', 'classroom', 'test'] as const;
const defaultPort = 9092;

/** `partita serve`: starts the broker that the arguments describe, and says where it is. Undefined if only help was wanted. */
export async function serve(args: readonly string[], say: (line: string) => void): Promise<Running | undefined> {
  const { values } = parseArgs({
    args: withOptionalPorts(args),
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      advertised: { type: 'string' },
      websocket: { type: 'string' },
      ui: { type: 'string' },
      'allow-origin': { type: 'string', multiple: true },
      'data-dir': { type: 'string' },
      'max-memory': { type: 'string' },
      profile: { type: 'string' },
      config: { type: 'string', multiple: true },
      'cluster-id': { type: 'string' },
      user: { type: 'string', multiple: true },
      'users-file': { type: 'string' },
      'tls-key': { type: 'string' },
      'tls-cert': { type: 'string' },
      'tls-client-ca': { type: 'string' },
      'allow-plaintext': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    say(serveHelp);
    return undefined;
  }
  const environment = nodeEnvironment();
  const dataDir = values['data-dir'];
  const maxMemory = values['max-memory'] === undefined ? undefined : parseSize('max-memory', values['max-memory']);
  const users = usersOf(values.user ?? [], values['users-file']);
  const tls = tlsOf(values['tls-key'], values['tls-cert'], values['tls-client-ca']);
  const profile = profiles.find((name) => name === (values.profile ?? 'kafka'));
  if (profile === undefined)
    throw new UsageError(`--profile is '${values.profile}'; ${profiles.join(', ')} were expected.`);
  if (values.ui !== undefined && (users !== undefined || tls?.clientCa !== undefined))
    throw new UsageError(
      '--ui shows the broker to everybody on this machine, so it does not go with --user, --users-file or --tls-client-ca.',
    );
  const port = values.port === undefined ? defaultPort : parsePort('port', values.port);
  const webSocketPort = values.websocket === undefined ? undefined : parsePort('websocket', values.websocket);
  const pagePort = values.ui === undefined ? undefined : parsePort('ui', values.ui);
  const allowedOrigins = parseOrigins(values['allow-origin'] ?? []);
  const node = await NodeBroker.start(environment, {
    port,
    profile,
    config: configOf(values.config ?? []),
    allowPlaintext: values['allow-plaintext'] ?? false,
    log: say,
    ...(values.host !== undefined && { host: values.host }),
    ...(values.advertised !== undefined && { advertised: values.advertised }),
    ...(values['cluster-id'] !== undefined && { clusterId: values['cluster-id'] }),
    ...(dataDir !== undefined && { dataDir }),
    ...(maxMemory !== undefined && { maxMemory }),
    ...(users !== undefined && { users }),
    ...(tls !== undefined && { tls }),
  });
  const { host, port: listening } = node.server.address;
  const kept = dataDir === undefined ? `in memory, at most ${sizeText(maxMemory ?? 2 ** 30)}` : `in ${dataDir}`;
  say(`Partita serves Kafka's protocol at ${host}:${listening}. Logs are kept ${kept}. Ctrl+C stops it.`);
  keepHeapSmall();
  try {
    const listeners: { stop(): Promise<void> }[] = [];
    if (webSocketPort !== undefined) {
      const { serveWebSocket } = await import('./serve-browsers.js');
      listeners.push(await serveWebSocket(node, { port: webSocketPort, allowedOrigins, users }, say));
    }
    if (pagePort !== undefined)
      listeners.push(await (await import('./serve-browsers.js')).servePage(node, pagePort, say));
    return {
      stop: async () => {
        await Promise.all(listeners.map((listener) => listener.stop()));
        await node.stop();
      },
    };
  } catch (error) {
    await node.stop(0);
    throw error;
  }
}

/** Options that may stand without their port. */
const optionalPorts: Readonly<Record<string, number>> = { '--websocket': 9095, '--ui': 9096 };

function withOptionalPorts(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const next = args[index + 1];
    const port = Object.hasOwn(optionalPorts, arg) ? optionalPorts[arg] : undefined;
    return port !== undefined && (next === undefined || !/^\d+$/.test(next)) ? `${arg}=${port}` : arg;
  });
}

function configOf(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    settings.map((setting) => {
      const at = setting.indexOf('=');
      if (at < 1) throw new UsageError(`--config is '${setting}'; key=value was expected.`);
      return [setting.slice(0, at), setting.slice(at + 1)];
    }),
  );
}

function usersOf(given: readonly string[], file: string | undefined): Map<string, string> | undefined {
  if (given.length === 0 && file === undefined) return undefined;
  const lines =
    file === undefined
      ? []
      : readFileSync(file, 'utf8')
          .split('\n')
          .map((line) => line.trim());
  const entries = [...given, ...lines.filter((line) => line !== '' && !line.startsWith('#'))].map(
    (line): [string, string] => {
      const at = line.indexOf(':');
      if (at < 1 || at === line.length - 1) throw new UsageError('A user is given as name:password, both not empty.');
      return [line.slice(0, at), line.slice(at + 1)];
    },
  );
  if (entries.length === 0) throw new UsageError(`${file} names no users.`);
  return new Map(entries);
}

function tlsOf(key: string | undefined, cert: string | undefined, clientCa: string | undefined) {
  if (key === undefined && cert === undefined && clientCa === undefined) return undefined;
  if (key === undefined || cert === undefined) throw new UsageError('TLS needs both --tls-key and --tls-cert.');
  return {
    key: readFileSync(key),
    cert: readFileSync(cert),
    ...(clientCa !== undefined && { clientCa: readFileSync(clientCa) }),
  };
}

function sizeText(bytes: number): string {
  return bytes % 2 ** 30 === 0 ? `${bytes / 2 ** 30} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`;
}
