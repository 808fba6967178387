import { createEffect, createSignal, lazy, Match, onCleanup, onMount, Show, Suspense, Switch } from 'solid-js';
import type { SourcesAnswer, StreamEvents } from '#api/types';
import { api } from '../data/api';
import { createMarket } from '../data/market';
import { createQuery } from '../data/query';
import { type Connection, makeStream } from '../data/stream';
import { Monitor } from '../functions/mon/mon';
import { Skeleton } from '../parts/panel';
import { createActions } from './actions';
import { catalogue } from './catalogue';
import { CommandLine } from './command-line';
import { type Terminal, TerminalContext } from './context';
import { Go } from './go';
import { Help } from './help';
import { handleKey } from './keys';
import { createRouter } from './router';
import { createSettings } from './settings';
import { TitleBar } from './title-bar';
import type { View } from './view';

// The monitor is the first screen and comes with the shell; the others come when they are opened.
const Chart = lazy(() => import('../functions/gp/gp'));
const Fix = lazy(() => import('../functions/fix/fix'));
const Curve = lazy(() => import('../functions/crv/crv'));
const Spreads = lazy(() => import('../functions/spr/spr'));
const Compute = lazy(() => import('../functions/scu/scu'));
const Heat = lazy(() => import('../functions/heat/heat'));
const Settlement = lazy(() => import('../functions/stl/stl'));
const Log = lazy(() => import('../functions/log/log'));
const Sources = lazy(() => import('../functions/src/src'));
const News = lazy(() => import('../functions/news/news'));

type Listeners = { [K in keyof StreamEvents]: Set<(data: StreamEvents[K]) => void> };

function titleOf(view: View): string {
  if (view.fn === 'GP') return `${view.series} GP`;
  if (view.fn === 'FIX') return `${view.series} FIX${view.date ? ` ${view.date}` : ''}`;
  if (view.fn === 'STL') return [view.contract, 'STL', view.month].filter(Boolean).join(' ');
  if (view.fn === 'SRC') return view.source ? `SRC ${view.source}` : 'SRC';
  if (view.fn === 'CRV') return view.hardwareClass ? `${view.hardwareClass} CRV` : 'CRV';
  if (view.fn === 'SPR') return view.pair ? `${view.pair.a} ${view.pair.b} SPR` : 'SPR';
  return view.fn === 'LOST' ? 'Not found' : view.fn;
}

/** The terminal: its state, its stream, its keys, and the function on the screen. */
export function Shell() {
  const router = createRouter();
  const settings = createSettings();
  const market = createMarket();
  const actions = createActions();
  const [connection, setConnection] = createSignal<Connection>('connecting');
  const [healed, setHealed] = createSignal(0);
  const [now, setNow] = createSignal(Date.now());
  const [help, setHelp] = createSignal(false);
  let commandLine!: HTMLInputElement;

  const sources = createQuery<true, SourcesAnswer>(
    () => true,
    (_, signal) => api.sources(signal),
  );
  const listeners: Listeners = {
    hello: new Set(),
    fix: new Set(),
    source: new Set(),
    notice: new Set(),
    indicative: new Set(),
  };
  const listen: Terminal['listen'] = (kind, hear) => {
    listeners[kind].add(hear);
    onCleanup(() => listeners[kind].delete(hear));
  };
  const terminal: Terminal = { actions, router, settings, market, sources, connection, now, healed, listen };

  const focusCommandLine = () => commandLine.focus();
  const toggleHelp = () => setHelp((before) => !before);
  onCleanup(actions.register(catalogue({ router, settings, market, focusCommandLine, toggleHelp })));

  onMount(() => {
    void market.load();
    const stream = makeStream('/v1/stream', {
      state: setConnection,
      event: (kind, data) => {
        for (const hear of listeners[kind]) hear(data);
      },
      healed: () => {
        void market.load();
        sources.refetch();
        setHealed((before) => before + 1);
      },
    });
    listen('hello', (hello) => market.setSimulated(hello.simulated));
    listen('fix', market.apply);
    listen('indicative', ({ values }) => market.applyIndicative(values));
    const second = setInterval(() => setNow(Date.now()), 1000);
    const onKey = (event: KeyboardEvent) => {
      if (!help()) handleKey(event, actions, focusCommandLine);
    };
    document.addEventListener('keydown', onKey);
    window.addEventListener('online', stream.retry);
    onCleanup(() => {
      stream.close();
      clearInterval(second);
      document.removeEventListener('keydown', onKey);
      window.removeEventListener('online', stream.retry);
    });
  });
  createEffect(() => {
    const mark = market.simulated() ? 'SIMULATED ' : '';
    document.title = `${mark}${titleOf(router.view())} · Compute Spot Index`;
  });

  const at = <F extends View['fn']>(fn: F) => {
    const view = router.view();
    return view.fn === fn ? (view as Extract<View, { fn: F }>) : false;
  };
  return (
    <TerminalContext.Provider value={terminal}>
      <TitleBar />
      <CommandLine
        field={(element) => {
          commandLine = element;
        }}
        help={toggleHelp}
      />
      <p class="visually-hidden" role="status">
        {titleOf(router.view())}
      </p>
      <main>
        <Suspense fallback={<Skeleton rows={20} />}>
          <Switch>
            <Match when={at('MON')}>
              <Monitor />
            </Match>
            <Match when={at('GP')}>{(view) => <Chart series={view().series} />}</Match>
            <Match when={at('FIX')}>{(view) => <Fix series={view().series} date={view().date} />}</Match>
            <Match when={at('CRV')}>{(view) => <Curve hardwareClass={view().hardwareClass} />}</Match>
            <Match when={at('SPR')}>{(view) => <Spreads pair={view().pair} />}</Match>
            <Match when={at('SCU')}>
              <Compute />
            </Match>
            <Match when={at('HEAT')}>
              <Heat />
            </Match>
            <Match when={at('STL')}>{(view) => <Settlement contract={view().contract} month={view().month} />}</Match>
            <Match when={at('LOG')}>
              <Log />
            </Match>
            <Match when={at('SRC')}>{(view) => <Sources source={view().source} />}</Match>
            <Match when={at('NEWS')}>{(view) => <News kind={view().kind} />}</Match>
            <Match when={at('LOST')}>
              {(view) => (
                <section class="notice">
                  <p>
                    Nothing is at <code class="mono">{view().path}</code>.
                  </p>
                  <p>
                    <Go to={{ fn: 'MON' }}>MON</Go> shows every series; <kbd>?</kbd> shows what else there is.
                  </p>
                </section>
              )}
            </Match>
          </Switch>
        </Suspense>
      </main>
      <Show when={help()}>
        <Help close={() => setHelp(false)} />
      </Show>
    </TerminalContext.Provider>
  );
}
