import type { LeaderMark } from '../engine/platform/browser/tabs/leader-mark.js';
import type { FromServiceHub, ToServiceHub } from '../engine/platform/browser/tabs/service-hub.js';
import { readToHub } from '../engine/platform/browser/tabs/tab-messages.js';

/** How long a service worker may take to say that it serves as hub. */
const answerMs = 1_000;

/** The way to hubs, which hand a port from one tab to another: only pages can reach them, not the workers that need the ports. */
export class PageHub {
  /** The hub ports of leaders in this page, by their marks, where a service worker is the hub. */
  private readonly leaders = new Map<string, MessagePort>();

  private constructor(
    /** How other tabs can reach this one. */
    readonly own: 'shared' | { readonly service: string } | undefined,
  ) {}

  /** Finds out what this browser has: shared workers, else a service worker that the app has registered and that runs `worker.js`, else nothing. */
  static async find(): Promise<PageHub> {
    if ('SharedWorker' in globalThis) return new PageHub('shared');
    const worker = await serviceWorker();
    const page = worker === undefined ? undefined : await whoAmI(worker);
    const hub = new PageHub(page === undefined ? undefined : { service: page });
    if (page !== undefined) hub.listen();
    return hub;
  }

  /** A port to the hub of that leader, or undefined if there is none that can be reached. */
  async open({ lock, hub = '' }: LeaderMark): Promise<MessagePort | undefined> {
    const address = hub.slice(hub.indexOf(':') + 1);
    if (hub.startsWith('shared:')) return openShared(address, lock);
    return hub.startsWith('service:') ? await this.openService(address, lock) : undefined;
  }

  private listen(): void {
    navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<Partial<FromServiceHub> | null>) => {
      if (data?.kind !== 'partita:introduced' || data.lock === undefined || data.port === undefined) return;
      const { lock, life, port } = data;
      this.leaders.get(lock)?.postMessage({ kind: 'introduced', port, life }, [port]);
    });
    navigator.serviceWorker.startMessages();
  }

  /** The service worker keeps no port to anybody: this page stands in for it. */
  private async openService(page: string, lock: string): Promise<MessagePort | undefined> {
    const worker = await serviceWorker();
    if (worker === undefined) return undefined;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = readToHub(data);
      if (message?.kind === 'serve') this.leaders.set(lock, port1);
      if (message?.kind !== 'introduce') return;
      const { port, life } = message;
      worker.postMessage({ kind: 'partita:introduce', page, lock, life, port } satisfies ToServiceHub, [port]);
    };
    return port2;
  }
}

/** Any page of the origin can name any address in its mark; only workers of this origin are started. */
function openShared(address: string, name: string): MessagePort | undefined {
  if (!('SharedWorker' in globalThis) || !URL.canParse(address)) return undefined;
  if (new URL(address).origin !== location.origin) return undefined;
  return new SharedWorker(address, { type: 'module', name }).port;
}

async function serviceWorker(): Promise<ServiceWorker | undefined> {
  if (!('serviceWorker' in navigator)) return undefined;
  const registration = await navigator.serviceWorker.getRegistration().catch(() => undefined);
  return registration?.active ?? undefined;
}

/** Under which name a service worker knows this page; undefined if it is none of ours. */
function whoAmI(worker: ServiceWorker): Promise<string | undefined> {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<string | undefined>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<unknown>) => resolve(typeof data === 'string' ? data : undefined);
    setTimeout(() => resolve(undefined), answerMs);
  });
  worker.postMessage({ kind: 'partita:who-am-i', port: port2 } satisfies ToServiceHub, [port2]);
  return answer.finally(() => port1.close());
}
