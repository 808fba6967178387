import { createMemo, Show } from 'solid-js';
import { sparklineShape } from './sparkline-shape';

const WIDTH = 120;
const HEIGHT = 18;

/** The last strikes of a series as a small line; suspended strikes are gaps. */
export function Sparkline(props: { values: readonly (string | null)[]; label: string }) {
  const shape = createMemo(() => sparklineShape(props.values, WIDTH, HEIGHT));
  return (
    <svg
      class="sparkline"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={props.label}
    >
      <path
        d={shape().path}
        fill="none"
        stroke="currentColor"
        stroke-width="1.1"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
      <Show when={shape().last}>{(last) => <circle cx={last().x} cy={last().y} r="1.7" fill="currentColor" />}</Show>
    </svg>
  );
}
