import type { Clock } from '../environment/environment.js';

/** How much a client says, as in KafkaJS: entries up to the chosen level are written. */
export const logLevel = { NOTHING: 0, ERROR: 1, WARN: 2, INFO: 4, DEBUG: 5 } as const;

export type LogLevel = (typeof logLevel)[keyof typeof logLevel];

/** Something that a client logs, in KafkaJS's shape. */
export interface LogEntry {
  /** The part of the client that speaks: `Producer`, `Consumer`, … */
  readonly namespace: string;
  readonly level: LogLevel;
  /** The name of the level. */
  readonly label: string;
  /** `timestamp` in ISO 8601; what else is known of it stands beside the message. */
  readonly log: { readonly timestamp: string; readonly message: string; readonly [extra: string]: unknown };
}

/** Where entries go. Called once with the level, then for each entry. */
export type LogCreator = (level: LogLevel) => (entry: LogEntry) => void;

/** Writes what a client has to say to the `logCreator` that its user gave; without one it is silent. */
export class Logger {
  readonly #clock: Clock;
  readonly #namespace: string;
  readonly #level: LogLevel;
  readonly #write: ((entry: LogEntry) => void) | undefined;

  constructor(clock: Clock, namespace: string, level: LogLevel, write: ((entry: LogEntry) => void) | undefined) {
    this.#clock = clock;
    this.#namespace = namespace;
    this.#level = level;
    this.#write = write;
  }

  /** The same logger, speaking as `namespace`. */
  namespace(namespace: string): Logger {
    return new Logger(this.#clock, namespace, this.#level, this.#write);
  }

  error(message: string, extra?: Readonly<Record<string, unknown>>): void {
    this.#log(logLevel.ERROR, 'ERROR', message, extra);
  }

  warn(message: string, extra?: Readonly<Record<string, unknown>>): void {
    this.#log(logLevel.WARN, 'WARN', message, extra);
  }

  info(message: string, extra?: Readonly<Record<string, unknown>>): void {
    this.#log(logLevel.INFO, 'INFO', message, extra);
  }

  debug(message: string, extra?: Readonly<Record<string, unknown>>): void {
    this.#log(logLevel.DEBUG, 'DEBUG', message, extra);
  }

  #log(level: LogLevel, label: string, message: string, extra?: Readonly<Record<string, unknown>>): void {
    if (this.#write === undefined || level > this.#level) return;
    const timestamp = new Date(this.#clock.now()).toISOString();
    this.#write({ namespace: this.#namespace, level, label, log: { timestamp, message, ...extra } });
  }
}
