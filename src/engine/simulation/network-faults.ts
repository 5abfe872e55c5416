import { randomInteger, type Millis, type Random } from '../environment/environment.js';
import type { ApiName } from '../protocol/apis.js';

/** What goes wrong on the wires of a simulated world; each with a chance of its own. Nothing, where a field is 0. */
export interface NetworkFaults {
  /** What a message takes longer than the usual 1–5 ms: the mean of an exponential distribution. */
  readonly delayMs: Millis;
  /** Of 1000 messages: so many are held up, and all behind them on their connection, … */
  readonly clogPerMille: number;
  /** … for up to so long. */
  readonly clogMs: Millis;
  /** Of 1000 messages, requests or answers: so many are lost, and their connection with them. */
  readonly lossPerMille: number;
  /** Of 1000 requests: so many come to the broker twice; the second answer counts. */
  readonly repeatPerMille: number;
  /** Of 1000 requests: so many still reach the broker although their client has been told that the connection is lost, … */
  readonly strayPerMille: number;
  /** … up to so much later. */
  readonly strayMs: Millis;
}

export const noNetworkFaults: NetworkFaults = {
  delayMs: 0,
  clogPerMille: 0,
  clogMs: 0,
  lossPerMille: 0,
  repeatPerMille: 0,
  strayPerMille: 0,
  strayMs: 0,
};

/**
 * Requests that may reach the broker after their client has given their connection up. A commit may not: it has no number by which the broker could tell that it is old, so
 * what comes that late takes the group back, in Kafka as here.
 */
const mayStray: ReadonlySet<ApiName> = new Set(['Produce', 'Fetch', 'Metadata', 'Heartbeat', 'ConsumerGroupHeartbeat']);

/**
 * Requests that do not come twice on one connection. What is new is told by one answer to such a heartbeat; if that was the one of which the client does not hear, nobody
 * could know that it was lost, and ask for everything, as a client does that repeats a request on another connection.
 */
const comesOnce: ReadonlySet<ApiName> = new Set(['ConsumerGroupHeartbeat']);

/** What becomes of a request on its way to the broker. */
export type RequestFate = 'carried' | 'lost' | 'repeated' | 'astray';

/**
 * The fates of one connection's messages. Each kind of fault draws from a source of its own, in every message: so that taking one of them out of a run leaves
 * the others where they were.
 */
export class MessageFates {
  private readonly delays: Random;
  private readonly clogs: Random;
  private readonly losses: Random;
  private readonly repeats: Random;
  private readonly strays: Random;
  /** Whether anything could go wrong with a request so far: it may still be under way when nothing can any more. */
  private wereThereFaults = false;

  constructor(
    random: Random,
    private readonly faults: () => NetworkFaults,
    private readonly probe: (name: string) => void,
  ) {
    this.delays = random.fork('delays');
    this.clogs = random.fork('clogs');
    this.losses = random.fork('losses');
    this.repeats = random.fork('repeats');
    this.strays = random.fork('strays');
  }

  /** What the next message takes longer than usual. */
  longerMs(): Millis {
    const { delayMs, clogPerMille, clogMs } = this.faults();
    const clogged = happens(this.clogs, clogPerMille) ? 1 + randomInteger(this.clogs, clogMs) : 0;
    if (clogged > 0) this.probe('a message held up');
    return clogged + (delayMs === 0 ? 0 : exponential(this.delays, delayMs));
  }

  ofRequest(api: ApiName): RequestFate {
    const faults = this.faults();
    this.wereThereFaults ||= faults !== noNetworkFaults;
    const { lossPerMille, repeatPerMille, strayPerMille } = faults;
    const isLost = happens(this.losses, lossPerMille);
    const isRepeated = happens(this.repeats, repeatPerMille) && !comesOnce.has(api);
    const isAstray = happens(this.strays, strayPerMille);
    const fate = isLost ? 'lost' : isAstray ? 'astray' : isRepeated ? 'repeated' : 'carried';
    if (fate !== 'carried') this.probe(`a request ${fate}`);
    return fate;
  }

  /** Whether the next answer is lost. */
  losesAnswer(): boolean {
    const isLost = happens(this.losses, this.faults().lossPerMille);
    if (isLost) this.probe('an answer lost');
    return isLost;
  }

  /** How late the next request comes that strays. */
  strayMs(): Millis {
    return randomInteger(this.strays, Math.max(1, this.faults().strayMs));
  }

  /** Whether the broker still takes a request whose client has given the connection up. */
  letsStray(api: ApiName): boolean {
    return !this.wereThereFaults || mayStray.has(api);
  }
}

/** Draws, if it can happen at all. */
function happens(random: Random, perMille: number): boolean {
  return perMille > 0 && randomInteger(random, 1000) < perMille;
}

/** The logarithm is taken as straight between powers of two: unlike `Math.log` that is the same on every machine. */
function exponential(random: Random, mean: number): number {
  const drawn = random.uint32();
  const halvings = Math.clz32(drawn);
  const rest = halvings === 32 ? 0 : drawn / 2 ** (31 - halvings) - 1;
  return Math.round(mean * Math.LN2 * (halvings + 1 - rest));
}
