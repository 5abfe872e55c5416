/** The tracks of one stage that can bring a cell into view, by their rows. */
export class TrackRegistry {
  private readonly reveals = new Map<string, (index: number) => void>();

  /** Gives back what takes the track out again. */
  add(row: string, reveal: (index: number) => void): () => void {
    this.reveals.set(row, reveal);
    return () => {
      if (this.reveals.get(row) === reveal) this.reveals.delete(row);
    };
  }

  /** Brings a cell into view, if its row is a track. */
  reveal(row: string, index: number): void {
    this.reveals.get(row)?.(index);
  }
}
