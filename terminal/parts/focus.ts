/** Moves the focus among the elements a selector finds, from the one that has it, or to the first. */
export function moveFocus(container: Element | undefined, selector: string, steps: number): void {
  const all = [...(container?.querySelectorAll<HTMLElement>(selector) ?? [])];
  const at = all.indexOf(document.activeElement as HTMLElement);
  all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + steps))]?.focus();
}
