import { isPort, plainObject } from '../plain-object.js';

/** Messages between the tabs of a log. Whoever reads them checks them: other scripts of the origin can send what they like. */

/** To a hub: that this port is the leader's, or a port for the leader. `life` is the lock that the sender holds for as long as it lives. */
export type ToHub =
  { readonly kind: 'serve' } | { readonly kind: 'introduce'; readonly port: MessagePort; readonly life: string };

/** From a hub to the leader: a port that leads to another tab. */
export interface Introduced {
  readonly kind: 'introduced';
  readonly port: MessagePort;
  readonly life: string;
}

export type ToLeader =
  | { readonly kind: 'ping'; readonly number: number }
  /** A port to be served as one more connection. */
  | { readonly kind: 'connect'; readonly port: MessagePort }
  /** Asks the leader to finish what it has begun and to write nothing more. */
  | { readonly kind: 'yield' };

export type FromLeader =
  /** `isReady`: the broker runs. */
  | { readonly kind: 'pong'; readonly number: number; readonly isReady: boolean }
  /** The leader takes no more requests; those that it took it will still answer. */
  | { readonly kind: 'leaving' }
  | { readonly kind: 'yielded' };

/**
 * Over the channel that all tabs of a log hear. It is a hint only; nothing but the lock and the storage's token decide who leads. `mark` is the leader's lock; `hasWaited`: the
 * sender was not introduced at once.
 */
export type OnChannel =
  | { readonly kind: 'are-you-there'; readonly mark: string; readonly hasWaited: boolean }
  | { readonly kind: 'i-am-here'; readonly mark: string };

export function readToHub(data: unknown): ToHub | undefined {
  const message = plainObject(data);
  if (message?.['kind'] === 'serve') return { kind: 'serve' };
  const { kind, port, life } = message ?? {};
  return kind === 'introduce' && isPort(port) && typeof life === 'string' ? { kind, port, life } : undefined;
}

export function readIntroduced(data: unknown): Introduced | undefined {
  const { kind, port, life } = plainObject(data) ?? {};
  return kind === 'introduced' && isPort(port) && typeof life === 'string' ? { kind, port, life } : undefined;
}

export function readToLeader(data: unknown): ToLeader | undefined {
  const { kind, number, port } = plainObject(data) ?? {};
  if (kind === 'ping') return Number.isSafeInteger(number) ? { kind, number: number as number } : undefined;
  if (kind === 'connect') return isPort(port) ? { kind, port } : undefined;
  return kind === 'yield' ? { kind } : undefined;
}

export function readFromLeader(data: unknown): FromLeader | undefined {
  const { kind, number, isReady } = plainObject(data) ?? {};
  if (kind === 'leaving' || kind === 'yielded') return { kind };
  return kind === 'pong' && Number.isSafeInteger(number)
    ? { kind, number: number as number, isReady: isReady === true }
    : undefined;
}

export function readOnChannel(data: unknown): OnChannel | undefined {
  const { kind, mark, hasWaited } = plainObject(data) ?? {};
  if (typeof mark !== 'string') return undefined;
  if (kind === 'are-you-there') return { kind, mark, hasWaited: hasWaited === true };
  return kind === 'i-am-here' ? { kind, mark } : undefined;
}
