import type { ErrorName } from '../protocol/errors.js';

/** A partition as a Fetch asks for it. */
export interface FetchPartition {
  readonly topic: string;
  /** 16 bytes. */
  readonly topicId: Uint8Array;
  readonly partition: number;
  readonly fetchOffset: number;
}

/** What to say of a session in the next Fetch. */
export interface SessionRequest {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  /** In a full fetch everything, else what is new or has another offset. */
  readonly asked: readonly FetchPartition[];
  /** What the session is to forget. */
  readonly forgotten: readonly FetchPartition[];
}

const noSession = 0;
const initialEpoch = 0;
const largestEpoch = 0x7fffffff;

/**
 * A client's fetch session with one broker (KIP-227, `FetchSessionHandler`): after a first full fetch only what has changed is asked for and told. What the broker
 * does not know any more, or an answer that is lost, begins it anew.
 */
export class FetchSession {
  #sessionId = noSession;
  #epoch = initialEpoch;
  #known = new Map<string, FetchPartition>();

  /** The next request, for these partitions. */
  next(wanted: readonly FetchPartition[]): SessionRequest {
    const known = this.#known;
    this.#known = new Map(wanted.map((each) => [nameOf(each), each]));
    const { sessionId, sessionEpoch } = { sessionId: this.#sessionId, sessionEpoch: this.#epoch };
    if (sessionEpoch === initialEpoch) return { sessionId, sessionEpoch, asked: wanted, forgotten: [] };
    return {
      sessionId,
      sessionEpoch,
      asked: wanted.filter((each) => known.get(nameOf(each))?.fetchOffset !== each.fetchOffset),
      forgotten: [...known].flatMap(([name, each]) => (this.#known.has(name) ? [] : [each])),
    };
  }

  /** The answer came. Without a session in it the next fetch is a full one again. */
  answered(sessionId: number): void {
    if (sessionId === noSession) {
      this.#sessionId = noSession;
      this.#epoch = initialEpoch;
    } else {
      this.#sessionId = sessionId;
      this.#epoch = this.#epoch === largestEpoch ? 1 : this.#epoch + 1;
    }
  }

  /** The broker refused, or no answer came: the next fetch closes the session, if there is one, and opens another. */
  failed(error?: ErrorName): void {
    if (error === 'FETCH_SESSION_ID_NOT_FOUND') this.#sessionId = noSession;
    this.#epoch = initialEpoch;
  }
}

/** A topic that was made again is another one. */
function nameOf({ topic, topicId, partition }: FetchPartition): string {
  return `${topic}/${topicId.join()}-${partition}`;
}
