import type { JSX } from 'solid-js';
import { useTerminal } from './context';
import { pathOf, type View } from './view';

/** A link to a view: an ordinary link to the browser (open in a new tab, copy the address), a change of view to a click. */
export function Go(props: { to: View; class?: string; label?: string; current?: boolean; children: JSX.Element }) {
  const { router } = useTerminal();
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    router.go(props.to);
  };
  return (
    <a
      href={pathOf(props.to)}
      class={props.class}
      aria-label={props.label}
      aria-current={props.current ? 'page' : undefined}
      onClick={follow}
    >
      {props.children}
    </a>
  );
}
