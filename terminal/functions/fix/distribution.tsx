import { For, Show } from 'solid-js';
import type { FixRecord } from '#api/types';
import { decimal, forDrawing } from '../../parts/number';

const NAMES = ['minimum', 'p25', 'median', 'p75', 'maximum'] as const;

/** Where the prices lie: a strip from minimum to maximum with the middle half and the fix on it, and the numbers. */
export function Distribution(props: { distribution: NonNullable<FixRecord['distribution']>; value: string | null }) {
  const place = (text: string) => {
    const low = forDrawing(props.distribution.minimum) ?? 0;
    const span = (forDrawing(props.distribution.maximum) ?? 0) - low;
    const at = forDrawing(text) ?? low;
    return span > 0 ? Math.max(0, Math.min(100, ((at - low) / span) * 100)) : 50;
  };
  return (
    <>
      <div class="strip" aria-hidden="true">
        <div
          class="middle"
          style={{
            left: `${place(props.distribution.p25)}%`,
            width: `${place(props.distribution.p75) - place(props.distribution.p25)}%`,
          }}
        />
        <div class="tick" style={{ left: `${place(props.distribution.median)}%` }} />
        <Show when={props.value}>{(value) => <div class="at" style={{ left: `${place(value())}%` }} />}</Show>
      </div>
      <table>
        <tbody>
          <For each={NAMES}>
            {(name) => (
              <tr>
                <th scope="row">{name}</th>
                <td class="num">{decimal(props.distribution[name], 4)}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </>
  );
}
