import { For, Show } from 'solid-js';
import { clock, ZONES, zoneName } from '../parts/time';
import { useTerminal } from './context';
import { Go } from './go';
import { FUNCTIONS, type FunctionCode, seriesOf, type View } from './view';

const CONNECTION = {
  connecting: { light: 'never', text: 'connecting' },
  live: { light: 'fresh', text: 'live' },
  reconnecting: { light: 'failing', text: 'disconnected, reconnecting' },
} as const;

/** Name, functions, connection, clock, zone and theme. */
export function TitleBar() {
  const { router, settings, market, connection, now, actions } = useTerminal();
  const target = (code: FunctionCode): View => {
    const series =
      seriesOf(router.view()) ?? (market.indices.find((index) => index.latest) ?? market.indices[0])?.series;
    if (code === 'SRC') return { fn: 'SRC', source: null };
    if (code === 'NEWS') return { fn: 'NEWS', kind: null };
    if (code === 'STL') return { fn: 'STL', contract: null, month: null };
    if (code === 'CRV') return { fn: 'CRV', hardwareClass: market.find(series ?? '')?.hardware_class ?? null };
    if (code === 'SPR') return { fn: 'SPR', pair: null };
    if (code === 'LOG' || code === 'SCU' || code === 'HEAT') return { fn: code };
    if (code === 'MON' || !series) return { fn: 'MON' };
    return code === 'GP' ? { fn: 'GP', series } : { fn: 'FIX', series, date: null };
  };
  const nextTheme = () => (settings.theme() === 'dark' ? 'light' : 'dark');
  return (
    <header class="title-bar">
      <h1>
        <span class="wide-only">Compute Spot Index</span>
        <span class="narrow-only">CSI</span>
      </h1>
      <nav aria-label="Functions">
        <For each={FUNCTIONS}>
          {(item) => (
            <Go
              to={target(item.code)}
              class="mono"
              label={`${item.code}: ${item.title}`}
              current={router.view().fn === item.code}
            >
              {item.code}
            </Go>
          )}
        </For>
      </nav>
      <Show when={market.simulated()}>
        <strong class="simulated">
          SIMULATED<span class="wide-only"> MARKET</span>
        </strong>
      </Show>
      <span class="connection" role="status" aria-live="polite">
        <span class={`light ${CONNECTION[connection()].light}`} aria-hidden="true" />
        {CONNECTION[connection()].text}
      </span>
      <span class="clock mono" role="timer" aria-label="Clock">
        {clock(new Date(now()), settings.zone())}
      </span>
      <select
        aria-label="Time zone"
        value={settings.zone()}
        onChange={(event) => actions.dispatch(`zone.${event.currentTarget.value}`)}
      >
        <For each={ZONES}>{(zone) => <option value={zone}>{zoneName(zone)}</option>}</For>
      </select>
      <button type="button" class="plain theme-switch" onClick={() => actions.dispatch(`theme.${nextTheme()}`)}>
        {nextTheme()}
      </button>
    </header>
  );
}
