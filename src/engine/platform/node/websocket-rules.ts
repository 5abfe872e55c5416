import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Whom a WebSocket is opened for. */
export interface WebSocketRules {
  /** Pages that may connect, as `https://app.example`: compared character by character. */
  readonly allowedOrigins: readonly string[];
  /** Pages that come from the listener itself may connect too. */
  readonly allowsOwnPages?: boolean;
  /** Names by which this machine may be called, with their ports; those of the listener itself are added. */
  readonly allowedHosts?: readonly string[];
  /** What programs that are no pages show. */
  readonly token: string;
}

/** The subprotocol that both sides speak: bytes of Kafka's frames in binary messages, however cut. */
export const kafkaSubprotocol = 'kafka.partita';
/** Before a token among the subprotocols. */
export const tokenPrefix = 'token.partita.';

/** Why a WebSocket is not opened, with the status of HTTP that says so; undefined if it is. A page is known by its origin, everybody else by the token. */
export function upgradeRefusal(
  request: IncomingMessage,
  rules: WebSocketRules,
  port: number,
): { readonly status: 403 | 421; readonly reason: string } | undefined {
  const misdirected = hostRefusal(request, rules, port);
  if (misdirected !== undefined) return misdirected;
  const { origin } = request.headers;
  if (origin !== undefined)
    return [...rules.allowedOrigins, ...(rules.allowsOwnPages === true ? ownOrigins(port) : [])].includes(origin)
      ? undefined
      : { status: 403, reason: `Pages of '${origin}' may not connect. Allow them by --allow-origin.` };
  return hasToken(request, rules.token) ? undefined : { status: 403, reason: 'The token is missing or wrong.' };
}

/** Why a request for this host is not answered: a page of another name that leads to this machine (DNS rebinding) tells the name that it knows. */
export function hostRefusal(
  { headers: { host = '' } }: IncomingMessage,
  { allowedHosts = [] }: Pick<WebSocketRules, 'allowedHosts'>,
  port: number,
): { readonly status: 421; readonly reason: string } | undefined {
  if ([...ownHosts(port), ...allowedHosts].includes(host)) return undefined;
  return { status: 421, reason: `The host '${host}' is not served here.` };
}

/** The names by which a listener of this machine can be called. */
export function ownHosts(port: number): string[] {
  return ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port}`);
}

function ownOrigins(port: number): string[] {
  return ownHosts(port).map((host) => `http://${host}`);
}

function hasToken(request: IncomingMessage, token: string): boolean {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim());
  return offered.some((each) => each.startsWith(tokenPrefix) && equal(each.slice(tokenPrefix.length), token));
}

/** In a time that tells nothing of where they differ. */
function equal(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
