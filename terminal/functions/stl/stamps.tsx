import { createMemo, createSignal, For, Show } from 'solid-js';
import type { Level, Settlement, SettlementStamp } from '#api/types';
import { useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import { LevelMark } from '../../parts/level-mark';
import { stamp, zoneName } from '../../parts/time';
import { ratioWords, runsOf } from './words';

/** More fixes than a month has days are shown in runs. */
const EACH_SHOWN = 62;

/** Every fix of the month: its state, its value, and what stands in for it where it is missing. */
export function Stamps(props: { settlement: Settlement }) {
  const { settings } = useTerminal();
  const [each, setEach] = createSignal(false);
  const hourly = () => props.settlement.stamps.length > EACH_SHOWN;
  const runs = createMemo(() => runsOf(props.settlement.stamps, hourly() && !each()));
  const Fix = (link: { strike: string }) => (
    <Go
      to={{ fn: 'FIX', series: props.settlement.series, date: hourly() ? link.strike : link.strike.slice(0, 10) }}
      class="mono"
    >
      {link.strike.slice(0, hourly() ? 16 : 10).replace('T', ' ')}
    </Go>
  );
  const countsAs = ({ state, fix, fill }: SettlementStamp) => {
    if (state === 'open') return '';
    if (state !== 'missed') return fix?.value;
    return fill ? ratioWords(fill.value) : 'left out';
  };
  return (
    <section class="stamps">
      <header>
        <h3>Fixes of the month</h3>
        <Show when={hourly()}>
          <button type="button" class="button" aria-pressed={each()} onClick={() => setEach((before) => !before)}>
            each
          </button>
        </Show>
      </header>
      <table>
        <thead>
          <tr>
            <th scope="col">Date</th>
            <th scope="col">
              Strike <span class="unit">{zoneName(settings.zone())}</span>
            </th>
            <th scope="col">State</th>
            <th scope="col" class="num">
              Fix <span class="unit">USD/GPU-h</span>
            </th>
            <th scope="col" class="num">
              Counts as
            </th>
            <th scope="col">Level</th>
            <th scope="col" class="wide-only">
              Hash
            </th>
            <th scope="col" class="last">
              Why it does not count, and what it is filled with
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={runs()}>
            {({ first, last, count }) => (
              <tr class={first.state}>
                <th scope="row" class="mono">
                  {first.fix ? <Fix strike={first.strike} /> : first.date}
                </th>
                <td class="mono muted">
                  {stamp(first.strike, settings.zone())}
                  {count > 1 ? ` – ${stamp(last.strike, settings.zone())}, ${count} fixes` : ''}
                </td>
                <td>{first.state}</td>
                <td class="num">{first.fix?.value}</td>
                <td class="num">{countsAs(first)}</td>
                <td class="mono">
                  <Show when={first.fix}>
                    {(fix) => (
                      <>
                        <LevelMark level={fix().level as Level | null} /> {fix().level}
                      </>
                    )}
                  </Show>
                </td>
                <td class="mono faint wide-only" title={first.fix?.hash}>
                  {count === 1 ? first.fix?.hash.slice(0, 12) : ''}
                </td>
                <td class="last muted wrap">
                  {first.reason}
                  <For each={first.fill?.from ?? []}>
                    {(source, index) => (
                      <>
                        {index() > 0 ? ', ' : '; filled with the mean of '}
                        <Fix strike={source.strike} /> <span class="mono">{source.value}</span>
                      </>
                    )}
                  </For>
                </td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </section>
  );
}
