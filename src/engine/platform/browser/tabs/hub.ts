import { whenReleased, type Locks } from './leader-lock.js';
import { readToHub, type Introduced } from './tab-messages.js';

/** How many tabs may wait for a leader that has not come yet. */
const mostWaiting = 1_000;

/**
 * Hands ports to the leader of a log. It lives in a worker that several tabs share, is named by the leader's mark, and keeps nothing but the way to the leader: once two tabs have a port
 * to each other they need no hub.
 */
export class Hub {
  private leader: MessagePort | undefined;
  private readonly waiting: Introduced[] = [];

  /** A tab has connected. */
  join(port: MessagePort): void {
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = readToHub(data);
      if (message?.kind === 'serve') this.serve(port);
      if (message?.kind === 'introduce') this.introduce({ kind: 'introduced', port: message.port, life: message.life });
    };
  }

  private serve(port: MessagePort): void {
    this.leader = port;
    for (const introduced of this.waiting.splice(0)) this.introduce(introduced);
  }

  private introduce(introduced: Introduced): void {
    if (this.leader === undefined) {
      if (this.waiting.length < mostWaiting) this.waiting.push(introduced);
      else introduced.port.close();
    } else this.leader.postMessage(introduced, [introduced.port]);
  }
}

/** What is used of a shared worker's global scope. */
export interface SharedScope {
  readonly name: string;
  onconnect: ((event: MessageEvent) => unknown) | null;
  close(): void;
}

/** Makes a shared worker the hub of the leader whose mark it is named by. It ends with that leader. */
export function serveHub(scope: SharedScope, locks: Locks): void {
  const hub = new Hub();
  scope.onconnect = ({ ports: [port] }) => {
    if (port !== undefined) hub.join(port);
  };
  whenReleased(locks, scope.name, new AbortController().signal, () => scope.close());
}
