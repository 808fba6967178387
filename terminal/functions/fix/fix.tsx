import './fix.css';
import { createEffect, createMemo, Match, on, Show, Switch } from 'solid-js';
import type { FixAnswer, FixHistory, InputsAnswer, KeysAnswer, PublishedFix } from '#api/types';
import { useActions, useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import { api, evidencePath, fixPath } from '../../data/api';
import { createQuery } from '../../data/query';
import { type Verification, verifyFix } from '../../data/verify';
import { REPLAY_COMMAND } from '../../parts/commands';
import { Failure, PanelTitle, Skeleton } from '../../parts/panel';
import { strikeName, strikeNames, strikeWords } from '../../parts/strikes';
import { Anatomy } from './anatomy';
import { Constituents } from './constituents';
import { Headline } from './headline';
import { Alarm, Proof } from './proof';

interface At {
  series: string;
  date: string;
}

/** FIX: one fix taken apart. What it shows is read from the signed text, and checked here. */
export default function FixFunction(props: { series: string; date: string | null }) {
  const { market, router, healed, listen } = useTerminal();
  /** Without a date in the address, the last strike. */
  const date = createMemo(() => {
    const index = market.find(props.series);
    return props.date ?? (index?.latest ? strikeName(index.cadence, index.latest) : null);
  });
  const at = createMemo<At | null>(
    () => {
      const on = date();
      return on ? { series: props.series, date: on } : null;
    },
    null,
    { equals: (a, b) => a?.series === b?.series && a?.date === b?.date },
  );
  const answer = createQuery<At, FixAnswer>(at, (key, signal) => api.fix(key.series, key.date, signal));
  const inputs = createQuery<At, InputsAnswer>(at, (key, signal) => api.inputs(key.series, key.date, signal));
  const keys = createQuery<true, KeysAnswer>(
    () => true,
    (_, signal) => api.keys(signal),
  );
  const history = createQuery<string, FixHistory>(() => props.series, api.history);

  const revisions = () => answer.data()?.revisions ?? [];
  /** The revision on the screen. The same one read again is not checked again, so that nothing flickers. */
  const published = createMemo<PublishedFix | null>(
    () => {
      const wanted = router.query().get('revision');
      return revisions().find((_, index) => String(index) === wanted) ?? revisions().at(-1) ?? null;
    },
    null,
    { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );
  const toVerify = createMemo(() => {
    const fix = published();
    const asked = at();
    // The keys are waited for; when they cannot be had, that is itself said.
    const ready = keys.data() !== undefined || keys.error() !== undefined;
    return fix && asked && ready ? { fix, asked, keys: keys.data() ?? null } : null;
  });
  const verification = createQuery<NonNullable<ReturnType<typeof toVerify>>, Verification>(toVerify, (key) =>
    verifyFix(key.fix, key.asked, key.keys, globalThis.crypto?.subtle),
  );

  const reread = () => {
    answer.refetch();
    inputs.refetch();
    history.refetch();
  };
  createEffect(on(healed, reread, { defer: true }));
  listen('fix', (fix) => {
    if (fix.series === props.series && (fix.date === date() || fix.strike === date())) reread();
    else if (fix.series === props.series) history.refetch();
  });

  const neighbour = (steps: number): string | null => {
    const data = history.data();
    if (!data) return null;
    const names = strikeNames(data);
    // Named by a date alone, or by the strike of a day, it is the last of that date.
    const here = names.findLastIndex((name, index) =>
      [name, data.date[index], data.strike[index]].includes(date() ?? ''),
    );
    return here < 0 ? null : (names[here + steps] ?? null);
  };
  const step = (steps: number) => {
    const to = neighbour(steps);
    if (to) router.go({ fn: 'FIX', series: props.series, date: to });
  };
  useActions([
    { id: 'fix.previous', title: 'The strike before', group: 'FIX', keys: ['['], run: () => step(-1) },
    { id: 'fix.next', title: 'The strike after', group: 'FIX', keys: [']'], run: () => step(1) },
  ]);

  return (
    <section class="panel fix" aria-label={`Fix of ${props.series}`}>
      <PanelTitle
        code="FIX"
        aside={
          <Show when={date()}>
            {(on) => (
              <>
                <nav aria-label="Strikes" class="strikes">
                  <Step to={neighbour(-1)} series={props.series} mark="[" label="The strike before" />
                  <span class="mono">{strikeWords(on())}</span>
                  <Step to={neighbour(1)} series={props.series} mark="]" label="The strike after" />
                </nav>
                <Go to={{ fn: 'GP', series: props.series }}>chart</Go>
                <a href={evidencePath(props.series, on())} download="">
                  evidence bundle
                </a>
                <a href={fixPath(props.series, on())}>JSON</a>
              </>
            )}
          </Show>
        }
      >
        <span class="mono id">{props.series}</span>
        <span class="muted">{market.find(props.series)?.name}</span>
      </PanelTitle>
      <div class="scroll">
        <Switch fallback={<Skeleton rows={24} />}>
          <Match when={answer.error()}>
            {(error) => (
              <Failure
                what={`The fix of ${props.series} of ${date()} could not be read`}
                error={error()}
                retry={answer.refetch}
              />
            )}
          </Match>
          <Match when={!date() && market.state() === 'ready'}>
            <section class="notice">
              <p>
                <strong>{props.series} has no fix yet</strong>, so there is none to take apart.{' '}
                <Go to={{ fn: 'MON' }}>MON</Go> shows which series have one; <code class="mono">{REPLAY_COMMAND}</code>{' '}
                computes the fixes of days already captured.
              </p>
            </section>
          </Match>
          <Match when={answer.data() && revisions().length === 0}>
            <section class="notice">
              <p>
                {props.series} has no fix of {date()}.
              </p>
            </section>
          </Match>
          <Match when={verification.error()}>
            {(error) => <Failure what="The fix could not be checked" error={error()} />}
          </Match>
          <Match when={verification.data()}>
            {(checked) => (
              <>
                <Alarm verification={checked()} />
                <Show when={published()}>
                  {(fix) => (
                    <>
                      <Show when={checked().record}>
                        {(record) => (
                          <>
                            <Headline record={record()} published={fix()} revisions={revisions()} />
                            <Anatomy record={record()} units={answer.data()?.units ?? null} />
                          </>
                        )}
                      </Show>
                      <Proof published={fix()} verification={checked()} record={checked().record} />
                    </>
                  )}
                </Show>
                <Constituents query={inputs} hash={published()?.hash ?? ''} />
              </>
            )}
          </Match>
        </Switch>
      </div>
    </section>
  );
}

function Step(props: { to: string | null; series: string; mark: string; label: string }) {
  return (
    <Show when={props.to} fallback={<kbd class="faint">{props.mark}</kbd>}>
      {(to) => (
        <Go to={{ fn: 'FIX', series: props.series, date: to() }} label={`${props.label}, ${strikeWords(to())}`}>
          <kbd>{props.mark}</kbd>
        </Go>
      )}
    </Show>
  );
}
