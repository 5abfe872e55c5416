/**
 * Yields the members of a topic from the least and from the most loaded side at once, while partitions move from these to those: each pass over a range of
 * equally loaded members makes it one member wider (Kafka's `MemberAssignmentBalancer`). The sizes are its user's and change as it moves partitions.
 */
export class MemberBalancer {
  readonly #sizes: readonly number[];
  #sorted: number[] = [];
  /** The least loaded are before this place, and have this many partitions until it is their turn. */
  #leastEnd = 0;
  #leastCount = 0;
  #nextLeast = 0;
  /** The most loaded are in [start, end); those from `end` on have nothing to give. */
  #mostStart = 0;
  #mostEnd = 0;
  #mostCount = 0;
  #nextMost = 0;

  constructor(sizes: readonly number[]) {
    this.#sizes = sizes;
  }

  /** Begins with these members; the difference between the most and the least loaded. */
  begin(members: readonly number[]): number {
    this.#sorted = [...members].sort((a, b) => this.#size(a) - this.#size(b) || a - b);
    const count = this.#sorted.length;
    const [least, most] = [this.#sizeAt(0), this.#sizeAt(count - 1)];
    this.#leastEnd = 0;
    this.#leastCount = least - 1;
    this.#nextLeast = 0;
    this.#mostStart = count;
    this.#mostEnd = count;
    this.#mostCount = most + 1;
    this.#nextMost = count - 1;
    return most - least;
  }

  /** Who shall get the next partition. */
  nextLeastLoaded(): number {
    if (this.#nextLeast >= this.#leastEnd) {
      this.#leastCount += 1;
      while (this.#leastEnd < this.#sorted.length && this.#sizeAt(this.#leastEnd) === this.#leastCount)
        this.#leastEnd += 1;
      this.#nextLeast = 0;
    }
    return this.#sorted[this.#nextLeast++] as number;
  }

  /** Who shall give the next partition up; undefined when nobody has one to give. */
  nextMostLoaded(): number | undefined {
    if (this.#nextMost < this.#mostStart) {
      // With nobody left in the range the next lower one begins, however far below it is.
      if (this.#mostEnd <= this.#mostStart && this.#mostStart > 0) this.#mostCount = this.#sizeAt(this.#mostStart - 1);
      else this.#mostCount -= 1;
      while (this.#mostStart > 0 && this.#sizeAt(this.#mostStart - 1) === this.#mostCount) this.#mostStart -= 1;
      this.#nextMost = this.#mostEnd - 1;
    }
    return this.#nextMost < 0 ? undefined : this.#sorted[this.#nextMost--];
  }

  /** The one that was yielded last as the most loaded has nothing of this topic to give: it is not asked again. */
  excludeMostLoaded(): void {
    const at = this.#nextMost + 1;
    const last = this.#mostEnd - 1;
    const member = this.#sorted[at] as number;
    this.#sorted[at] = this.#sorted[last] as number;
    this.#sorted[last] = member;
    this.#mostEnd -= 1;
  }

  isBalanced(): boolean {
    return this.#mostCount - this.#leastCount <= 1;
  }

  #size(member: number): number {
    return this.#sizes[member] as number;
  }

  #sizeAt(place: number): number {
    return this.#size(this.#sorted[place] as number);
  }
}
