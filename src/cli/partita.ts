#!/usr/bin/env node
import { writeSync } from 'node:fs';
import { clientSoftware } from '../engine/protocol/client-software.js';
import { keepCompiled } from './compiled-code.js';
import { generalHelp } from './help.js';
import type { Running } from './running.js';
import { UsageError } from './usage-error.js';

/** Looked up before anything is said: whoever hears that can have ended it since. */
const startedBy = process.ppid;

type Command = (args: readonly string[], say: (line: string) => void) => Promise<Running | undefined>;

/** Each is loaded when it is asked for: a broker starts without what the others need. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve-command.js')).serve,
  gateway: async () => (await import('./gateway-command.js')).gateway,
  export: async () => (await import('./transfer-commands.js')).exportCommand,
  import: async () => (await import('./transfer-commands.js')).importCommand,
  'streams-reset': async () => (await import('./streams-reset-command.js')).streamsReset,
};

/** Standard output as Node's console has it takes a while to make. */
function say(line: string): void {
  try {
    writeSync(1, `${line}\n`);
  } catch {
    // A pipe that is full, or that nobody reads: the console knows what to do.
    console.log(line);
  }
}

async function main([name = '--help', ...args]: readonly string[]): Promise<void> {
  if (name === '--help' || name === '-h' || name === 'help') return say(generalHelp);
  if (name === '--version' || args.includes('--version')) return say(clientSoftware.version);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(`There is no command '${name}'. partita --help lists them.`);
  const running = await (await command())(args, say);
  if (running !== undefined) untilStopped(running);
}

/** The first signal ends it in good order, the second at once. */
function untilStopped(running: Running): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  if (process.env.npm_command === 'exec') whenOrphaned(stop);
}

/** What is killed under npx is the shell that npm starts, which passes nothing on. */
function whenOrphaned(stop: () => void): void {
  const watch = setInterval(() => {
    if (process.ppid === startedBy) return;
    clearInterval(watch);
    stop();
  }, 500);
}

/** Says what is wrong: 2 for what was typed, 1 for what went wrong. */
function fail(error: unknown): never {
  const { code, message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
  const isUsage = error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS') === true;
  console.error(code === 'EADDRINUSE' ? `${message}: stop what listens there, or choose another port.` : message);
  process.exit(isUsage ? 2 : 1);
}

keepCompiled(import.meta.dirname);
main(process.argv.slice(2)).catch(fail);
