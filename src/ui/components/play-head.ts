import { textWidth } from './text-measure.js';
import { xAt, type TimeScale } from './time-axis.js';

/** Where the play head stands and where its tag lies; undefined when its moment is not on the axis. */
export function headTag(
  scale: TimeScale,
  atMs: number,
  text: string,
  labelPx: number,
): { readonly headX: number; readonly x: number; readonly width: number } | undefined {
  if (atMs < scale.fromMs || atMs > scale.toMs) return undefined;
  const headX = xAt(scale, atMs);
  const width = textWidth(text, labelPx) + 14;
  const x = Math.max(scale.x0 - width / 2, Math.min(scale.x1 + labelPx - width, headX - width / 2));
  return { headX, x, width };
}
