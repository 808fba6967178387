import type { Actions } from './actions';

function isEditable(element: Element | null): boolean {
  return (
    element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName))
  );
}

/**
 * Sends a key to the action it names, and a letter that names none to the command line. Fields keep all their keys,
 * buttons and links keep Enter and Space.
 */
export function handleKey(event: KeyboardEvent, actions: Actions, focusCommandLine: () => void): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const focused = document.activeElement;
  if (isEditable(focused)) return;
  const pressable = focused instanceof HTMLElement && /^(A|BUTTON|SUMMARY)$/.test(focused.tagName);
  if (pressable && (event.key === 'Enter' || event.key === ' ')) return;
  const action = actions.ofKey(event.key);
  if (action) {
    event.preventDefault();
    action.run({});
  } else if (event.key.length === 1 && event.key !== ' ') {
    // The key itself is left to the browser, which types it into the field that now has the focus.
    focusCommandLine();
  }
}
