import { createEffect, createMemo, Match, on, Show, Switch } from 'solid-js';
import type { ContractAnswer, KeysAnswer, MonthAnswer } from '#api/types';
import { useActions, useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import { api, certificatePath, monthPath } from '../../data/api';
import { createQuery } from '../../data/query';
import { throttled } from '../../data/throttle';
import { type CertificateVerification, verifyCertificate } from '../../data/verify-certificate';
import { type FactRow, Facts } from '../../parts/facts';
import { Failure, PanelTitle, Skeleton } from '../../parts/panel';
import { Certificate } from './certificate';
import { Stamps } from './stamps';
import { Standing } from './standing';
import { addMonths } from './words';

const REREAD_MS = 2000;

/** A month of a contract; without one in the address, that of the newest fix. */
export function Month(props: { contract: string; month: string | null }) {
  const { router, healed, listen } = useTerminal();
  const contract = createQuery<string, ContractAnswer>(() => props.contract, api.contract);
  const keys = createQuery<true, KeysAnswer>(
    () => true,
    (_, signal) => api.keys(signal),
  );
  /** Where the series has no fix, the month that runs. */
  const month = createMemo(
    () =>
      props.month ?? (contract.data() ? (contract.data()?.months[0] ?? new Date().toISOString().slice(0, 7)) : null),
  );
  const answer = createQuery<string, MonthAnswer>(month, (at, signal) => api.month(props.contract, at, signal));
  const reread = () => {
    contract.refetch();
    answer.refetch();
  };
  createEffect(on(healed, reread, { defer: true }));
  const rereadSoon = throttled(reread, REREAD_MS);
  listen('fix', (fix) => {
    if (fix.series === answer.data()?.settlement.series) rereadSoon();
  });

  const terms = (): FactRow[] => [
    ...(contract.data()?.terms_in_words ?? []).map(({ term, words }): FactRow => [term, words]),
    [
      'closed',
      answer
        .data()
        ?.settlement.holidays.map(({ date, name }) => `${date} ${name}`)
        .join(', ') || null,
    ],
    ['SHA-256', contract.data()?.sha256],
  ];

  const toVerify = createMemo(() => {
    const shown = answer.data();
    const ready = keys.data() !== undefined || keys.error() !== undefined;
    return shown?.certificate && ready ? { shown, keys: keys.data() ?? null } : null;
  });
  const verification = createQuery<NonNullable<ReturnType<typeof toVerify>>, CertificateVerification>(toVerify, (key) =>
    verifyCertificate(key.shown, key.keys, globalThis.crypto?.subtle),
  );

  const step = (months: number) => {
    const at = month();
    if (at) router.go({ fn: 'STL', contract: props.contract, month: addMonths(at, months) });
  };
  useActions([
    { id: 'stl.month.previous', title: 'The month before', group: 'STL', keys: ['['], run: () => step(-1) },
    { id: 'stl.month.next', title: 'The month after', group: 'STL', keys: [']'], run: () => step(1) },
  ]);

  return (
    <section class="panel stl" aria-label={`Settlement of ${props.contract}`}>
      <PanelTitle
        code="STL"
        aside={
          <Show when={month()}>
            {(at) => (
              <>
                <nav class="months" aria-label="Months">
                  <Go to={{ fn: 'STL', contract: props.contract, month: addMonths(at(), -1) }} label="The month before">
                    <kbd>[</kbd>
                  </Go>
                  <span class="mono">{at()}</span>
                  <Go to={{ fn: 'STL', contract: props.contract, month: addMonths(at(), 1) }} label="The month after">
                    <kbd>]</kbd>
                  </Go>
                </nav>
                <Show when={answer.data()?.certificate}>
                  <a href={certificatePath(props.contract, at())} download="">
                    certificate bundle
                  </a>
                </Show>
                <a href={monthPath(props.contract, at())}>JSON</a>
              </>
            )}
          </Show>
        }
      >
        <Go to={{ fn: 'STL', contract: null, month: null }}>all contracts</Go> <span class="faint">/</span>{' '}
        <span class="mono id">{props.contract}</span>
        <span class="muted">{contract.data()?.terms.title}</span>
      </PanelTitle>
      <div class="scroll">
        <Switch fallback={<Skeleton rows={24} />}>
          <Match when={contract.error()}>
            {(error) => (
              <Failure what={`${props.contract} could not be read`} error={error()} retry={contract.refetch} />
            )}
          </Match>
          <Match when={answer.error()}>
            {(error) => (
              <Failure
                what={`The settlement of ${props.contract} of ${month()} could not be read`}
                error={error()}
                retry={answer.refetch}
              />
            )}
          </Match>
          <Match when={answer.data()}>
            {(shown) => (
              <>
                <Standing answer={shown()} />
                <Certificate answer={shown()} verification={verification.data() ?? null} />
                <section class="terms">
                  <h3>
                    Terms: {shown().terms.title}, {shown().terms.form}
                  </h3>
                  <Facts rows={terms()} />
                </section>
                <Stamps settlement={shown().settlement} />
              </>
            )}
          </Match>
        </Switch>
      </div>
    </section>
  );
}
