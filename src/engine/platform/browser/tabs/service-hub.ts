import { plainObject } from '../plain-object.js';

/** What a page asks of a service worker that serves as hub. Its kinds are prefixed: the app's own messages come the same way. */
export type ToServiceHub =
  /** Asks, on `port`, under which name the worker knows this page. */
  | { readonly kind: 'partita:who-am-i'; readonly port: MessagePort }
  /** A port for the leader whose mark is `lock`, in the page of that name. */
  | {
      readonly kind: 'partita:introduce';
      readonly page: string;
      readonly lock: string;
      readonly life: string;
      readonly port: MessagePort;
    };

/** What the page of the leader is then sent. */
export interface FromServiceHub {
  readonly kind: 'partita:introduced';
  readonly lock: string;
  readonly life: string;
  readonly port: MessagePort;
}

/** What is used of a service worker's global scope. */
export interface ServiceScope {
  readonly clients: { get(id: string): Promise<ServicePage | undefined> };
  addEventListener(type: 'message', listener: (event: ServiceMessage) => void): void;
}

interface ServicePage {
  postMessage(message: unknown, transfer: Transferable[]): void;
}

interface ServiceMessage {
  readonly data: unknown;
  readonly source: unknown;
  waitUntil(promise: Promise<unknown>): void;
}

/** Makes a service worker the hub of all leaders of its origin. It remembers nothing, for a service worker may end at any time: the leader's mark says which page to hand a port to. */
export function serveServiceHub(scope: ServiceScope): void {
  scope.addEventListener('message', (event) => {
    const { kind, port, page, lock, life } = plainObject(event.data) ?? {};
    if (!(port instanceof MessagePort)) return;
    if (kind === 'partita:who-am-i') port.postMessage(plainObject(event.source)?.['id']);
    if (kind !== 'partita:introduce' || typeof page !== 'string') return;
    if (typeof lock !== 'string' || typeof life !== 'string') return;
    const introduced: FromServiceHub = { kind: 'partita:introduced', lock, life, port };
    event.waitUntil(scope.clients.get(page).then((leader) => leader?.postMessage(introduced, [port])));
  });
}
