/** How many of the first elements are `early`: elements are early up to some point and late from there. */
export function countEarly<Element>(elements: readonly Element[], isEarly: (element: Element) => boolean): number {
  let low = 0;
  let high = elements.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isEarly(elements[middle] as Element)) low = middle + 1;
    else high = middle;
  }
  return low;
}
