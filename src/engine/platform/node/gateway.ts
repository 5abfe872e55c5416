import { connect as connectSocket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { BrokerAddress } from '../../protocol/connection.js';
import type { BytePipe, PipeEnd } from '../../wire/byte-pipe.js';
import { parseAddress } from './parse-address.js';
import { SocketPipe } from './socket-pipe.js';

export interface GatewayOptions {
  /** The brokers of the cluster that everybody may reach: `host:port`. */
  readonly upstream: readonly string[];
  /** Tells the addresses of the cluster's other brokers, asked when a client wants one that is not known. */
  readonly discover?: () => Promise<readonly BrokerAddress[]>;
  readonly tls?: boolean | ConnectionOptions;
  /** Who takes nothing of what waits for it for so long is cut off, in milliseconds; 30 000 by default. */
  readonly unsentMs?: number;
}

/** Carries the bytes of WebSockets to the brokers of one cluster and back, and nowhere else. */
export class Gateway {
  private readonly known: Set<string>;
  private discovering: Promise<void> | undefined;

  constructor(private readonly options: GatewayOptions) {
    this.known = new Set(options.upstream.map((text) => textOf(parseAddress(text))));
  }

  /** Connects a client to the broker that it asks for; to the first if it asks for none. Rejects for any other address. */
  async accept(pipe: BytePipe, wanted: string | undefined): Promise<PipeEnd> {
    const address = parseAddress(wanted ?? (this.options.upstream[0] as string));
    if (!this.known.has(textOf(address))) await this.discover();
    if (!this.known.has(textOf(address))) throw new Error(`${textOf(address)} is no broker of this cluster.`);
    const { tls = false, unsentMs = 30_000 } = this.options;
    const socket =
      tls === false
        ? connectSocket(address)
        : connectTls({ ...address, servername: address.host, ...(tls !== true && tls) });
    const upstream = new SocketPipe(socket);
    upstream.deliverTo(relayTo(pipe, upstream, unsentMs));
    return relayTo(upstream, pipe, unsentMs);
  }

  /** Asks the cluster who belongs to it; several who ask at once ask once. */
  private async discover(): Promise<void> {
    this.discovering ??= (this.options.discover?.() ?? Promise.resolve([]))
      .then((addresses) => {
        for (const address of addresses) this.known.add(textOf(address));
      })
      .finally(() => (this.discovering = undefined));
    await this.discovering;
  }
}

/** Beyond so much that the other side has not taken, no more is read from this one. */
const mostUnsent = 1024 * 1024;

/** Hands on to `to` what comes from `from`. */
function relayTo(to: BytePipe, from: BytePipe, unsentMs: number): PipeEnd {
  let isWaiting = false;
  return {
    receive(bytes) {
      to.write(bytes);
      if (isWaiting || to.unsentBytes <= mostUnsent) return;
      isWaiting = true;
      from.setReading(false);
      const late = setTimeout(() => to.close(true), unsentMs);
      to.whenDrained(() => {
        isWaiting = false;
        clearTimeout(late);
        from.setReading(true);
      });
    },
    ended() {
      to.close(false);
    },
  };
}

function textOf({ host, port }: BrokerAddress): string {
  return `${host}:${port}`;
}
