/** Which cells of a track are in view, for a track of any length: only these are rendered. */
export interface TrackWindow {
  /** Indexes of the first and one past the last cell to render. */
  readonly first: number;
  readonly end: number;
  /** How far the track is scrolled, in pixels from the oldest cell. */
  readonly scrollPx: number;
  readonly maxScrollPx: number;
}

/** `scrollPx` undefined: the newest end is in view, and stays so as the track grows; the first cell in view is whole then. `tailPx` is the least room that is kept free after the newest cell. */
export function trackWindow(options: {
  readonly count: number;
  readonly pitch: number;
  readonly width: number;
  readonly scrollPx: number | undefined;
  readonly tailPx: number;
}): TrackWindow {
  const { count, pitch, width, tailPx } = options;
  const maxScrollPx = Math.max(0, Math.ceil((count * pitch + tailPx - width) / pitch) * pitch);
  const scrollPx = Math.min(maxScrollPx, Math.max(0, options.scrollPx ?? maxScrollPx));
  return {
    first: Math.max(0, Math.floor(scrollPx / pitch)),
    end: Math.min(count, Math.ceil((scrollPx + width) / pitch)),
    scrollPx,
    maxScrollPx,
  };
}

/** The least scrolling that brings a cell wholly into view. */
export function scrollToReveal(options: {
  readonly index: number;
  readonly pitch: number;
  readonly width: number;
  readonly scrollPx: number;
}): number {
  const { index, pitch, width, scrollPx } = options;
  const start = index * pitch;
  if (start < scrollPx) return start;
  if (start + pitch > scrollPx + width) return start + pitch - width;
  return scrollPx;
}

/** The index of the first cell at or after an offset: compacted tracks have gaps, so an offset is not an index. */
export function indexOfOffset(cells: readonly { readonly offset: number }[], offset: number): number {
  let low = 0;
  let high = cells.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((cells[middle] as { offset: number }).offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
