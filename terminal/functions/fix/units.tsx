import { createMemo, For, Show } from 'solid-js';
import type { DerivedUnits, FixAnswer, FixRecord } from '#api/types';
import { useTerminal } from '../../app/context';
import { api } from '../../data/api';
import { createQuery } from '../../data/query';
import { decimal } from '../../parts/number';

const PLACES = 4;
const THROUGHPUT = /^\d{1,9}(\.\d{1,6})?$/;

interface Asked {
  series: string;
  date: string;
  throughput: string;
}

/** What a fix comes to per unit of its datasheet, and per million tokens at a throughput that the reader states. Beside the record, not in it. */
export function Units(props: { record: FixRecord; units: DerivedUnits }) {
  const { router } = useTerminal();
  const throughput = () => {
    const stated = router.query().get('tokens') ?? '';
    return THROUGHPUT.test(stated) && Number(stated) > 0 ? stated : null;
  };
  const asked = createMemo<Asked | null>(
    () => {
      const stated = throughput();
      return stated ? { series: props.record.series, date: props.record.date, throughput: stated } : null;
    },
    null,
    { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );
  const stated = createQuery<Asked, FixAnswer>(asked, (key, signal) =>
    api.fixAt(key.series, key.date, key.throughput, signal),
  );
  const { datasheet } = props.units;
  const rows = (): [string, string, string | null][] => [
    ['PFLOP-h', `dense 16-bit, ${datasheet.dense_16_bit_tflops} TFLOP/s`, props.units.per_petaflop_hour],
    ['GB-h', `${datasheet.memory_gb} GB`, props.units.per_gigabyte_hour],
    [
      'rated kW-h',
      datasheet.rated_power_w === null ? 'no rated power printed' : `${datasheet.rated_power_w} W`,
      props.units.per_rated_kilowatt_hour,
    ],
  ];
  return (
    <>
      <h3>
        Per unit of the datasheet <span class="unit">USD</span>
      </h3>
      <table>
        <tbody>
          <For each={rows()}>
            {([unit, fact, value]) => (
              <tr>
                <th scope="row">per {unit}</th>
                <td class="wrap muted">{fact}</td>
                <td class="num">{value === null ? '–' : decimal(value, PLACES)}</td>
              </tr>
            )}
          </For>
          <tr>
            <th scope="row">per M tokens</th>
            <td class="wrap muted">
              at{' '}
              <input
                type="text"
                inputmode="decimal"
                size="5"
                class="mono"
                aria-label="Tokens a second of one GPU, stated by you"
                placeholder="state"
                value={router.query().get('tokens') ?? ''}
                onChange={(event) => router.set({ tokens: event.currentTarget.value.trim() || null })}
              />{' '}
              tokens/s of one GPU
            </td>
            <td class="num">
              <Show when={stated.data()?.units?.per_million_tokens} fallback={stated.error() ? 'failed' : ''}>
                {(tokens) => decimal(tokens().value, PLACES)}
              </Show>
            </td>
          </tr>
        </tbody>
      </table>
    </>
  );
}
