import { createSignal, onCleanup } from 'solid-js';
import { pathOf, type View, viewOf } from './view';

/** The address bar as state: the view, and the settings of the view in the query. */
export function createRouter() {
  const [view, setView] = createSignal<View>(viewOf(location.pathname));
  const [query, setQuery] = createSignal(new URLSearchParams(location.search));

  const read = () => {
    setView(viewOf(location.pathname));
    setQuery(new URLSearchParams(location.search));
  };
  window.addEventListener('popstate', read);
  onCleanup(() => window.removeEventListener('popstate', read));

  /** Goes to a view; the same address again adds nothing to the history. */
  const go = (to: View, parameters: Record<string, string> = {}) => {
    const search = new URLSearchParams(parameters).toString();
    const address = `${pathOf(to)}${search ? `?${search}` : ''}`;
    if (address !== `${location.pathname}${location.search}`) history.pushState(null, '', address);
    read();
  };

  /** Changes settings of the view in place; null removes one. */
  const set = (parameters: Record<string, string | null>) => {
    const next = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(parameters)) {
      if (value === null) next.delete(name);
      else next.set(name, value);
    }
    const search = next.toString();
    history.replaceState(null, '', `${location.pathname}${search ? `?${search}` : ''}`);
    setQuery(next);
  };

  return { view, query, go, set };
}

export type Router = ReturnType<typeof createRouter>;
