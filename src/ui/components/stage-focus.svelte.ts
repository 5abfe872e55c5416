import { tick } from 'svelte';
import { focusPlace } from './focus-grid.js';
import { TrackRegistry } from './track-registry.js';

const leadingKeys: readonly string[] = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End'];

/** What can be done to the thing that has the focus. */
export interface FocusedThing {
  readonly pick?: (() => void) | undefined;
  /** Undefined where nothing is picked out. */
  readonly letGo?: (() => void) | undefined;
}

/** Which thing of a stage had the keyboard's focus last, and what keys do there: arrows lead on, Enter picks, Escape lets go. */
export class StageFocus {
  last = $state<string>();
  /** The tracks that scroll: they bring a cell into view before it gets the focus. */
  readonly tracks = new TrackRegistry();

  /** `next`: where a key leads from a place. */
  constructor(
    private readonly frame: () => HTMLElement | undefined,
    private readonly next: (from: string, key: string) => string | undefined,
  ) {}

  press(event: KeyboardEvent, place: string, { pick, letGo }: FocusedThing): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.key === 'Enter' || event.key === ' ') && pick !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      pick();
    } else if (event.key === 'Escape' && letGo !== undefined) {
      event.stopPropagation();
      letGo();
    } else if (leadingKeys.includes(event.key)) {
      event.preventDefault();
      event.stopPropagation();
      const next = this.next(place, event.key);
      if (next !== undefined) void this.goTo(next);
    }
  }

  private async goTo(place: string): Promise<void> {
    const { row, index } = focusPlace(place);
    this.last = place;
    this.tracks.reveal(row, index);
    await tick();
    const element = this.frame()?.querySelector<SVGGElement>(`[data-focus="${CSS.escape(place)}"]`);
    element?.focus();
    element?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}
