import type { Segment } from './segment.js';

interface ReadPlace {
  readonly segment: Segment;
  readonly cuts: number;
  readonly offset: number;
  readonly position: number;
}

/** As many readers of one log are remembered as may go through it side by side. */
const rememberedPlaces = 16;

/** Where reads ended, and so where the next ones of those readers begin: an index knows only about where an offset lies. */
export class ReadPlaces {
  private readonly places: ReadPlace[] = [];

  /** Where in the segment the batch begins that holds `offset`; undefined if no read has ended before it lately. */
  positionOf(segment: Segment, offset: number): number | undefined {
    const found = this.places.find((place) => place.segment === segment && place.offset === offset);
    return found !== undefined && found.cuts === segment.cuts ? found.position : undefined;
  }

  /** A read has ended at `position`, before the batch that holds `offset`. */
  remember(segment: Segment, offset: number, position: number): void {
    const known = this.places.findIndex((place) => place.segment === segment && place.offset === offset);
    if (known >= 0) this.places.splice(known, 1);
    this.places.push({ segment, cuts: segment.cuts, offset, position });
    if (this.places.length > rememberedPlaces) this.places.shift();
  }
}
