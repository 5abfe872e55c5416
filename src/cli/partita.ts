#!/usr/bin/env node
import { clientSoftware } from '../engine/client/broker-connection.js';
import { gateway } from './gateway-command.js';
import { generalHelp } from './help.js';
import type { Running } from './running.js';
import { serve } from './serve-command.js';
import { streamsReset } from './streams-reset-command.js';
import { exportCommand, importCommand } from './transfer-commands.js';
import { UsageError } from './usage-error.js';

const commands: Readonly<
  Record<string, (args: readonly string[], say: (line: string) => void) => Promise<Running | undefined>>
> = { serve, gateway, export: exportCommand, import: importCommand, 'streams-reset': streamsReset };

const say = (line: string): void => console.log(line);

async function main([name = '--help', ...args]: readonly string[]): Promise<void> {
  if (name === '--help' || name === '-h' || name === 'help') return say(generalHelp);
  if (name === '--version' || args.includes('--version')) return say(clientSoftware.version);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(`There is no command '${name}'. partita --help lists them.`);
  const running = await command(args, say);
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
}

/** Says what is wrong: 2 for what was typed, 1 for what went wrong. */
function fail(error: unknown): never {
  const { code, message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
  const isUsage = error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS') === true;
  console.error(code === 'EADDRINUSE' ? `${message}: stop what listens there, or choose another port.` : message);
  process.exit(isUsage ? 2 : 1);
}

main(process.argv.slice(2)).catch(fail);
