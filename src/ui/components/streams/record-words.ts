/** What a record says, short enough for a cell: the fields of a JSON object without their names; text as it is. */
export function shortValue(value: string | null): string {
  if (value === null) return '';
  if (!value.startsWith('{')) return value;
  try {
    const parsed = JSON.parse(value) as unknown;
    if (typeof parsed !== 'object' || parsed === null) return value;
    return Object.values(parsed)
      .map((field) => (typeof field === 'string' ? field : JSON.stringify(field)))
      .join(' ');
  } catch {
    return value;
  }
}

/** `text`, with an ellipsis if it is longer. */
export function clippedText(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
