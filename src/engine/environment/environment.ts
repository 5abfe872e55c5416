/**
 * The world as an argument. Nothing in the engine asks for the time, for chance or for a timer in any other way, so that with the
 * seeded world of `simulation/` a run is a pure function of its seed and script.
 */

/** Milliseconds: a point in time since the Unix epoch, or a length of time. Always an integer. */
export type Millis = number;

export interface Clock {
  /** The time now, in milliseconds since the epoch. Never goes back within one environment, and never stands still for longer than a timer says. */
  now(): Millis;
}

export interface TimerHandle {
  /** Stops the timer; does nothing if it has fired or was cancelled. */
  cancel(): void;
}

export interface Timers {
  /** Calls `callback` once, `delayMs` (0 or more) from now, never before this call has returned. */
  set(delayMs: Millis, callback: () => void): TimerHandle;
}

export interface Random {
  /** An unsigned 32-bit integer, uniform. */
  uint32(): number;
  /** A generator of its own for the component `label`: what one component draws never shifts what another draws. */
  fork(label: string): Random;
}

/**
 * One thing that happened. `kind` tells what; the rest of the fields are plain data (see `trace-events.ts`).
 * `id` is a natural name that others can cite as their `cause`: the chain of causes leads back to a command.
 */
export interface TraceSink<Event> {
  emit(event: Event): void;
}

/** Resolves `delayMs` from now. */
export function sleep(timers: Timers, delayMs: Millis): Promise<void> {
  return new Promise((resolve) => timers.set(delayMs, resolve));
}

/** An integer in 0…below-1, uniform. `below` is 1…2^32. */
export function randomInteger(random: Random, below: number): number {
  const limit = 0x1_0000_0000 - (0x1_0000_0000 % below);
  for (;;) {
    const drawn = random.uint32();
    if (drawn < limit) return drawn % below;
  }
}

/** 16 random bytes as an RFC 4122 version 4 uuid. */
export function randomUuidBytes(random: Random): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < 16; at += 4) view.setUint32(at, random.uint32());
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes;
}
