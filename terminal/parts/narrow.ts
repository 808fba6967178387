import { type Accessor, createSignal, onCleanup } from 'solid-js';

/** Whether the screen is a phone's, as a signal: the same 700 px the style sheets use. */
export function createNarrow(): Accessor<boolean> {
  const media = window.matchMedia('(max-width: 700px)');
  const [narrow, setNarrow] = createSignal(media.matches);
  const hear = () => setNarrow(media.matches);
  media.addEventListener('change', hear);
  onCleanup(() => media.removeEventListener('change', hear));
  return narrow;
}
