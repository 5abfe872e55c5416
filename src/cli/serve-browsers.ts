import { randomBytes, webcrypto } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nodeEnvironment } from '../engine/platform/node/node-environment.js';
import { PageFiles } from '../engine/platform/node/page-files.js';
import { WebSocketListener, type Accept } from '../engine/platform/node/websocket-server.js';
import { defaultLimits } from '../engine/wire/limits.js';
import { RequestBudget } from '../engine/wire/request-budget.js';
import type { Authentication } from '../engine/wire/sasl/gate.js';
import { webHashing } from '../engine/wire/sasl/hashing.js';
import { UserStore } from '../engine/wire/sasl/user-store.js';
import { ServerSession } from '../engine/wire/server-session.js';
import type { NodeBroker } from '../entry/node-broker.js';

const delayAfterFailureMs = 1_000;

/** The same broker for browsers. Who has to say who they are over TCP has to here, too. */
export async function serveWebSocket(
  node: NodeBroker,
  options: {
    readonly port: number;
    readonly allowedOrigins: readonly string[];
    readonly users: ReadonlyMap<string, string> | undefined;
  },
  say: (line: string) => void,
): Promise<WebSocketListener> {
  const { port, allowedOrigins, users } = options;
  const token = newToken();
  const accept = sessionsOn(node, users && (await authenticationOf(users)));
  const listener = await WebSocketListener.listen({ port, allowedOrigins, token, log: say }, accept);
  const { host } = listener.address;
  const pages = allowedOrigins.length === 0 ? 'no pages yet (--allow-origin)' : allowedOrigins.join(', ');
  say(
    `Browsers reach it at ws://${host}:${listener.address.port}, from ${pages}; other programs by the token ${token}.`,
  );
  return listener;
}

/** The app on that broker: its files and its WebSocket on one port of this machine. */
export async function servePage(
  node: NodeBroker,
  port: number,
  say: (line: string) => void,
): Promise<WebSocketListener> {
  const directory = fileURLToPath(new URL('./app/', import.meta.url));
  if (!existsSync(directory)) throw new Error(`The app is not in ${directory}. 'npm run build' puts it there.`);
  const { answer } = PageFiles.read(directory);
  const listener = await WebSocketListener.listen(
    { port, allowedOrigins: [], allowsOwnPages: true, token: newToken(), log: say, answer },
    sessionsOn(node, undefined),
  );
  say(`Watch it at http://127.0.0.1:${listener.address.port}/#/broker`);
  return listener;
}

function newToken(): string {
  return randomBytes(24).toString('base64url');
}

async function authenticationOf(users: ReadonlyMap<string, string>): Promise<Authentication> {
  const hashing = webHashing(webcrypto as Crypto);
  return {
    hashing,
    users: await UserStore.of(hashing, users),
    mechanisms: ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN'],
    delayAfterFailure: () => delayAfterFailureMs,
  };
}

/** A session of the broker for each WebSocket. */
function sessionsOn(node: NodeBroker, authentication: Authentication | undefined): Accept {
  const environment = nodeEnvironment();
  const budget = new RequestBudget(defaultLimits.maxQueuedBytes);
  const name = randomBytes(4).toString('hex');
  let connections = 0;
  return async (pipe) => {
    const timer = setInterval(() => session.check(environment.clock.now()), 500);
    const session: ServerSession = new ServerSession(
      {
        id: `websocket-${name}-${connections++}`,
        environment,
        handler: node.broker,
        limits: defaultLimits,
        budget,
        onEnd: () => clearInterval(timer),
        ...(authentication && { authentication }),
      },
      pipe,
    );
    return session;
  };
}
