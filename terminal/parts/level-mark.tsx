import { Match, Switch } from 'solid-js';
import type { FixStatus, Level } from '#api/types';
import { markOf, markText } from './level';

/** The mark of a waterfall level, with its meaning as text for those who do not see it. */
export function LevelMark(props: { level: Level | null; status?: FixStatus | undefined; size?: number }) {
  const mark = () => markOf(props.level, props.status);
  const size = () => props.size ?? 10;
  return (
    <svg
      class="mark"
      width={size()}
      height={size()}
      viewBox="0 0 10 10"
      role="img"
      aria-label={markText(props.level, props.status)}
    >
      <title>{markText(props.level, props.status)}</title>
      <Switch>
        <Match when={mark() === 'solid'}>
          <circle cx="5" cy="5" r="4.4" fill="currentColor" />
        </Match>
        <Match when={mark() === 'half'}>
          <circle cx="5" cy="5" r="3.8" fill="none" stroke="currentColor" stroke-width="1.2" />
          <path d="M5 1.2a3.8 3.8 0 0 0 0 7.6z" fill="currentColor" />
        </Match>
        <Match when={mark() === 'hollow'}>
          <circle cx="5" cy="5" r="3.8" fill="none" stroke="currentColor" stroke-width="1.2" />
        </Match>
        <Match when={mark() === 'dashed'}>
          <circle
            cx="5"
            cy="5"
            r="3.8"
            fill="none"
            stroke="currentColor"
            stroke-width="1.3"
            stroke-dasharray="2.4 1.58"
          />
        </Match>
        <Match when={mark() === 'struck'}>
          <circle cx="5" cy="5" r="3.8" fill="none" stroke="currentColor" stroke-width="1" />
          <path d="M1 9 9 1" fill="none" stroke="currentColor" stroke-width="1.2" />
        </Match>
      </Switch>
    </svg>
  );
}
