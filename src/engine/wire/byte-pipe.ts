/** One end of a connection that carries bytes both ways, in order: a socket, a WebSocket, or a pipe in memory. */
export interface BytePipe {
  /** Hands bytes on, after all before them. They stay as they are from here on. */
  write(bytes: Uint8Array): void;
  /** Bytes that were written and that the other side has not taken yet. */
  readonly unsentBytes: number;
  /** Calls back, once, when the other side has taken most of what was written. */
  whenDrained(listener: () => void): void;
  /** Whether bytes are delivered; what comes meanwhile is kept back, in the end by the sender. */
  setReading(isReading: boolean): void;
  /** Ends the connection; with `now`, without waiting for what was written to leave. */
  close(now: boolean): void;
}

/** Who is at this end of a pipe. */
export interface PipeEnd {
  /** Bytes that came, in order. They stay as they are from here on. */
  receive(bytes: Uint8Array): void;
  /** The pipe is gone; `problem` says why if it was not simply closed. Called once. */
  ended(problem?: string): void;
}
