/** Whether a key was pressed where it means nothing yet: not in a field, on a button or link, nor where a part of the page has answered it already. */
export function pressedOutsideFields(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  const { target } = event;
  if (!(target instanceof Element)) return true;
  return (
    target.closest('input, textarea, select, button, a, summary, dialog, [role=slider], [contenteditable]') === null
  );
}
