/**
 * About how wide a text is, in pixels: never much less than it will be, so that labels which are laid out by it do not meet.
 * An estimate by classes of characters; the page's faces differ from system to system, and a layout must not wait for one to load.
 */
export function textWidth(text: string, fontPx: number, face: 'text' | 'mono' = 'text'): number {
  let ems = 0;
  for (const character of text) ems += isWide(character) ? 1 : face === 'mono' ? 0.61 : proportionalEms(character);
  return ems * fontPx;
}

/** Breaks a text into lines of at most `width` pixels: at spaces, and between Chinese characters. Words that are too long stay whole. */
export function wrapText(text: string, width: number, fontPx: number): readonly string[] {
  const pieces =
    text.match(/[\u2e80-\uffef][\u3000-\u303f\uff00-\uff0f\uff1a-\uff1f]*|[^\s\u2e80-\uffef]+\s*|\s+/gu) ?? [];
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    if (line !== '' && textWidth((line + piece).trimEnd(), fontPx) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines;
}

const isWide = (character: string): boolean => /[\u1100-\u115f\u2e80-\uffef]/u.test(character);

function proportionalEms(character: string): number {
  if (/[ijl.,:;'|!’·]/u.test(character)) return 0.32;
  if (/[ frt()[\]/-]/u.test(character)) return 0.4;
  if (/[mwMW→]/u.test(character)) return 0.94;
  if (/[A-Z]/u.test(character)) return 0.7;
  return 0.61;
}
