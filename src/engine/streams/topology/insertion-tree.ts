interface Leaf<T> {
  readonly item: T;
  red: boolean;
  parent: Leaf<T> | null;
  left: Leaf<T> | null;
  right: Leaf<T> | null;
}

/**
 * A red-black tree that compares an item with others only when it is put in. What `describe()` sorts changes its rank while
 * it is sorted; where an item then ends up depends on which others it met on its way down, so the tree must be balanced as
 * Java's `TreeSet` is.
 */
export class InsertionTree<T> {
  #root: Leaf<T> | null = null;

  constructor(private readonly compare: (a: T, b: T) => number) {}

  add(item: T): void {
    let parent: Leaf<T> | null = null;
    let at = this.#root;
    let toLeft = false;
    while (at !== null) {
      const order = this.compare(item, at.item);
      if (order === 0) return;
      parent = at;
      toLeft = order < 0;
      at = toLeft ? at.left : at.right;
    }
    const leaf: Leaf<T> = { item, red: true, parent, left: null, right: null };
    if (parent === null) this.#root = leaf;
    else if (toLeft) parent.left = leaf;
    else parent.right = leaf;
    this.#balance(leaf);
  }

  *[Symbol.iterator](): IterableIterator<T> {
    yield* inOrder(this.#root);
  }

  /** No red item has a red child, and every way down passes as many black ones. */
  #balance(added: Leaf<T>): void {
    let at = added;
    while (at.parent?.red === true && at.parent.parent !== null) {
      const grandparent = at.parent.parent;
      const parentIsLeft = at.parent === grandparent.left;
      const uncle = parentIsLeft ? grandparent.right : grandparent.left;
      if (uncle?.red === true) {
        at.parent.red = false;
        uncle.red = false;
        grandparent.red = true;
        at = grandparent;
        continue;
      }
      if ((at === at.parent.right) === parentIsLeft) {
        at = at.parent;
        this.#rotate(at, parentIsLeft);
      }
      if (at.parent !== null) at.parent.red = false;
      grandparent.red = true;
      this.#rotate(grandparent, !parentIsLeft);
    }
    if (this.#root !== null) this.#root.red = false;
  }

  #rotate(top: Leaf<T>, toLeft: boolean): void {
    const riser = toLeft ? top.right : top.left;
    if (riser === null) return;
    const inner = toLeft ? riser.left : riser.right;
    if (toLeft) top.right = inner;
    else top.left = inner;
    if (inner !== null) inner.parent = top;
    riser.parent = top.parent;
    if (top.parent === null) this.#root = riser;
    else if (top.parent.left === top) top.parent.left = riser;
    else top.parent.right = riser;
    if (toLeft) riser.left = top;
    else riser.right = top;
    top.parent = riser;
  }
}

function* inOrder<T>(leaf: Leaf<T> | null): IterableIterator<T> {
  if (leaf === null) return;
  yield* inOrder(leaf.left);
  yield leaf.item;
  yield* inOrder(leaf.right);
}
