import { UsageError } from './usage-error.js';

/** Origins as browsers tell them. Whatever else is asked for, such as a slash at the end, no page would ever match. */
export function parseOrigins(texts: readonly string[]): readonly string[] {
  for (const text of texts) {
    const origin = originOf(text);
    if (text !== origin)
      throw new UsageError(
        `--allow-origin is '${text}'; ${origin ?? 'an origin like https://app.example'} was expected.`,
      );
  }
  return texts;
}

/** Of apps that bring a scheme of their own, too. */
function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, host } = new URL(text);
  return host === '' ? undefined : `${protocol}//${host}`;
}
