import { For } from 'solid-js';

/** A name and what is to be said of it; nothing is shown of one that has nothing. */
export type FactRow = readonly [name: string, text: string | number | null | undefined | false];

/** Facts one below the other. */
export function Facts(props: { rows: readonly FactRow[]; figures?: boolean }) {
  return (
    <dl class="facts">
      <For each={props.rows.filter(([, text]) => text !== null && text !== undefined && text !== false)}>
        {([name, text]) => (
          <div>
            <dt>{name}</dt>
            <dd classList={{ mono: props.figures ?? false }}>{text}</dd>
          </div>
        )}
      </For>
    </dl>
  );
}
