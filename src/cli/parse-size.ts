import { UsageError } from './usage-error.js';

const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Bytes of a size like `512m` or `2g`. */
export function parseSize(option: string, text: string): number {
  const [, digits, unit = ''] = /^(\d+)([kmg]?)i?b?$/i.exec(text) ?? [];
  if (digits === undefined) throw new UsageError(`--${option} is '${text}'; a size like 512m or 2g was expected.`);
  return Number(digits) * (units[unit.toLowerCase()] as number);
}

/** A port, 0 for a free one. */
export function parsePort(option: string, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new UsageError(`--${option} is '${text}'; a number from 0 to 65535 was expected.`);
  return port;
}
