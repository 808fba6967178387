import { createSignal, For, Show } from 'solid-js';
import type { Constituent } from '#api/types';
import { useTerminal } from '../../app/context';
import { decimal, percent, quoted } from '../../parts/number';
import { reasonWords } from '../../parts/reason';
import { stamp, stood, zoneName } from '../../parts/time';

/** One observation in a row; opened, where it came from. */
export function ConstituentRow(props: { input: Constituent; largest: number; columns: number }) {
  const [open, setOpen] = createSignal(false);
  const input = () => props.input;
  const width = () => (props.largest > 0 ? (Number(input().weight) / props.largest) * 100 : 0);
  const toggle = () => setOpen((before) => !before);
  return (
    <>
      {/* The button in the row's header is what the keyboard reaches; the row is a larger target for the mouse. */}
      <tr classList={{ excluded: !input().included, open: open() }} onClick={toggle}>
        <th scope="row">
          <button
            type="button"
            aria-expanded={open()}
            onClick={(event) => {
              event.stopPropagation();
              toggle();
            }}
          >
            {input().provider}
          </button>
        </th>
        <td>{input().venue}</td>
        <td>{input().evidence}</td>
        <td>{input().source}</td>
        <td class="num">{input().gpus ?? '–'}</td>
        <td class="num">{quoted(input().price)}</td>
        <td>
          <span class="unit">{input().currency}</span> {basisWords(input().price_basis)}
        </td>
        <td class="num">
          <Show when={input().normalised_price} fallback="–">
            {(price) => decimal(price(), 4)}
          </Show>
        </td>
        <td class="num weight">
          <span class="bar" style={{ width: `${width()}%` }} />
          <span>{percent(input().weight, 2)}</span>
        </td>
        <td class="num">{stood(input().stood_seconds)}</td>
        <td class="why">
          <Show when={input().reason}>
            {(code) => (
              <>
                {input().included ? 'in part: ' : ''}
                {reasonWords(code())}
                <Show when={input().detail}>{(detail) => <span class="muted"> ({detail()})</span>}</Show>{' '}
                <span class="mono faint">{code()}</span>
              </>
            )}
          </Show>
        </td>
      </tr>
      <Show when={open()}>
        <tr class="origin">
          <td colSpan={props.columns}>
            <Origin input={input()} />
          </td>
        </tr>
      </Show>
    </>
  );
}

const BASES: Record<string, string> = { gpu_hour: 'per GPU-hour', lot_hour: 'per lot-hour' };

function basisWords(basis: string): string {
  return BASES[basis] ?? basis.replaceAll('_', ' ');
}

function Origin(props: { input: Constituent }) {
  const { settings } = useTerminal();
  const rows = (): [string, string][] => [
    ['capture', props.input.capture_id],
    ['capture SHA-256', props.input.capture_sha256],
    ['observation', props.input.observation_id],
    ['id at the source', props.input.native_id],
    ['label at the source', props.input.label],
    ['happened', `${stamp(props.input.event_at, settings.zone(), true)} ${zoneName(settings.zone())}`],
    ['learned of', `${stamp(props.input.observed_at, settings.zone(), true)} ${zoneName(settings.zone())}`],
    ...(props.input.detail ? [['detail', props.input.detail] as [string, string]] : []),
    ...Object.entries(props.input.attributes).map(([name, value]): [string, string] => [
      name.replaceAll('_', ' '),
      String(value),
    ]),
  ];
  return (
    <dl class="origin-facts">
      <For each={rows()}>
        {([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd class="mono">{value}</dd>
          </div>
        )}
      </For>
    </dl>
  );
}
