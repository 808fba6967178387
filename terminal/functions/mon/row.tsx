import { Show } from 'solid-js';
import { useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import type { Flash, Index } from '../../data/market';
import { Change } from '../../parts/change';
import { levelWords, suspendedWords } from '../../parts/level';
import { LevelMark } from '../../parts/level-mark';
import { count, decimal } from '../../parts/number';
import { Sparkline } from '../../parts/sparkline';
import { strikeName, strikeWords } from '../../parts/strikes';

interface MonitorRowProps {
  index: Index;
  narrow: boolean;
  flash: Flash | undefined;
  selected: boolean;
  /** The first of the series that never had a fix. */
  groupStart: boolean;
  select: () => void;
}

/** One series. The row is a link to its chart, the value one to its fix. */
export function MonitorRow(props: MonitorRowProps) {
  const { router, market } = useTerminal();
  const now = () => market.indicative[props.index.series];
  const latest = () => props.index.latest;
  const named = () => {
    const fix = latest();
    return fix ? strikeName(props.index.cadence, fix) : null;
  };
  /** What every id starts with is left out on a phone. */
  const prefix = () => (props.index.series.startsWith('CSI-') ? 'CSI-' : '');
  const value = () => latest()?.value ?? null;
  const open = () => router.go({ fn: 'GP', series: props.index.series });
  return (
    // The link in the row's header is what the keyboard reaches; the click on the row is a larger target for the mouse.
    <tr
      classList={{
        selected: props.selected,
        'group-start': props.groupStart,
        [`flash-${props.flash}`]: props.flash !== undefined,
      }}
      onMouseDown={() => props.select()}
      onClick={open}
    >
      <th scope="row" class="mono col-series">
        <a
          href={`/gp/${encodeURIComponent(props.index.series)}`}
          data-series={props.index.series}
          aria-label={props.index.series}
          onFocus={() => props.select()}
          onClick={(event) => {
            if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) event.preventDefault();
            else event.stopPropagation();
          }}
        >
          <span class="wide-only">{props.index.series.slice(0, prefix().length)}</span>
          {props.index.series.slice(prefix().length)}
        </a>
      </th>
      <Show when={!props.narrow}>
        <td class="muted col-name">{props.index.name}</td>
      </Show>
      <Show when={value()} fallback={<NoValue index={props.index} narrow={props.narrow} />}>
        {(text) => (
          <>
            <td class="num value">
              <Go to={{ fn: 'FIX', series: props.index.series, date: named() }}>{decimal(text(), 4)}</Go>
            </td>
            <Show when={!props.narrow}>
              <td class="num">
                <Change value={latest()?.change ?? null} places={4} />
              </td>
            </Show>
            <td class="num">
              <Change value={latest()?.change_percent ?? null} places={2} arrow />
            </td>
          </>
        )}
      </Show>
      <td class="mono level" title={latest()?.level ? levelWords(latest()?.level ?? 6) : undefined}>
        <Show when={latest()}>
          {(fix) => (
            <>
              <LevelMark level={fix().level} status={fix().status} /> <span class="wide-only">{fix().level}</span>
            </>
          )}
        </Show>
      </td>
      <Show when={!props.narrow}>
        <td classList={{ muted: latest()?.status === 'normal', faint: !latest() }}>{latest()?.status ?? ''}</td>
        <td class="num">{latest() ? count(latest()?.providers ?? 0) : ''}</td>
        <td class="mono muted">{strikeWords(named() ?? '')}</td>
        <td class="num muted" title={now() ? `indicative, the last hour at ${now()?.at}: never settled on` : undefined}>
          <Show when={now()}>
            {(row) => (
              <>
                <LevelMark level={row().level} /> {decimal(row().value, 4)}
              </>
            )}
          </Show>
        </td>
      </Show>
      <td class="col-spark">
        <Sparkline values={props.index.sparkline.value} label={sparklineWords(props.index)} />
      </td>
    </tr>
  );
}

function NoValue(props: { index: Index; narrow: boolean }) {
  const fix = () => props.index.latest;
  const words = () => {
    const latest = fix();
    return latest ? suspendedWords(latest.reason) : 'no fix yet';
  };
  return (
    <td colSpan={props.narrow ? 2 : 3} class="reason" classList={{ faint: !fix() }} title={words()}>
      <Show when={fix()} fallback={words()}>
        {(latest) => (
          <Go to={{ fn: 'FIX', series: props.index.series, date: strikeName(props.index.cadence, latest()) }}>
            {words()}
          </Go>
        )}
      </Show>
    </td>
  );
}

function sparklineWords(index: Index): string {
  const values = index.sparkline.value.filter((value) => value !== null);
  if (values.length === 0) return 'no strikes';
  return `${index.sparkline.value.length} strikes, ${values.length} with a value, from ${values[0]} to ${values.at(-1)}`;
}
