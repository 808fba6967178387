import { createEffect, For, type JSX, Match, on, Show, Switch } from 'solid-js';
import type { QuarantineAnswer, SourceStatus } from '#api/types';
import { useTerminal } from '../../app/context';
import { api } from '../../data/api';
import { createQuery } from '../../data/query';
import { count } from '../../parts/number';
import { Failure, Skeleton } from '../../parts/panel';
import { reasonWords } from '../../parts/reason';
import { stamp, zoneName } from '../../parts/time';
import { ErrorWords } from './src';
import { stateWords } from './words';

/** One source: its facts, what was rejected and why, what it said that nobody understood. */
export function SourceDetail(props: { source: SourceStatus }) {
  const { settings, now, healed } = useTerminal();
  const source = () => props.source;
  const health = () => source().health;
  const quarantine = createQuery<string, QuarantineAnswer>(() => source().id, api.quarantine);
  createEffect(on(healed, quarantine.refetch, { defer: true }));
  const at = (instant: string | null) =>
    instant ? `${stamp(instant, settings.zone())} ${zoneName(settings.zone())}` : 'never';

  return (
    <>
      <p class="state">
        <span class={`light ${health().state}`} aria-hidden="true" /> {stateWords(source(), now())}
      </p>
      <Show when={health().last_error}>
        {(error) => (
          <p class="state">
            <ErrorWords error={error()} current={health().state !== 'fresh'} />
          </p>
        )}
      </Show>
      <div class="source-facts">
        <dl>
          <Fact name="Homepage">
            <a href={source().homepage} rel="noreferrer noopener" target="_blank">
              {source().homepage}
            </a>
          </Fact>
          <Fact name="Provider">{source().provider ?? 'many'}</Fact>
          <Fact name="Venue">
            {source().venue_type}
            <Show when={source().aggregator}>, an aggregator: its rows are their origin's prices</Show>
          </Fact>
          <Fact name="Evidence">{source().evidence.join(', ') || 'no prices of capacity'}</Fact>
        </dl>
        <dl>
          <Fact name="Terms">
            <a href={source().terms.url} rel="noreferrer noopener" target="_blank">
              {source().terms.status}
            </a>
            : {source().terms.note}
          </Fact>
          <Show when={source().unproven}>
            <Fact name="Parser">
              unproven: written from the documentation, no live answer has passed its canary yet
            </Fact>
          </Show>
          <Fact name="Key">{source().key_needed ? 'needed' : 'none needed'}</Fact>
          <Fact name="Schedule">
            <span class="mono">{source().schedule}</span>
          </Fact>
          <Fact name="Next run">{at(health().next_run_at)}</Fact>
        </dl>
        <dl>
          <Fact name="Last run">{at(health().last_run_at)}</Fact>
          <Fact name="Last success">{at(health().last_success_at)}</Fact>
          <Fact name="Last capture">{at(source().last_capture_at)}</Fact>
          <Fact name="Counts">
            {count(source().captures)} captures, {count(source().observations)} observations,{' '}
            {count(source().quarantined)} quarantined
          </Fact>
        </dl>
      </div>
      <div class="source-tables">
        <Rejections source={source()} at={at} />
        <UnknownLabels source={source()} />
      </div>
      <Quarantine query={quarantine} at={at} />
    </>
  );
}

function Rejections(props: { source: SourceStatus; at: (instant: string) => string }) {
  return (
    <section>
      <h3>Quarantined, by reason</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">Reason</th>
            <th scope="col" class="num">
              Rows
            </th>
            <th scope="col">Last</th>
            <th scope="col">Example</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.source.rejections} fallback={<Nothing columns={4} text="Nothing was quarantined." />}>
            {(rejection) => (
              <tr>
                <th scope="row" class="wrap">
                  {reasonWords(rejection.reason)} <span class="mono faint">{rejection.reason}</span>
                </th>
                <td class="num">{count(rejection.count)}</td>
                <td class="mono muted">{props.at(rejection.last_at)}</td>
                <td class="mono muted example" title={rejection.example}>
                  {rejection.example}
                </td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </section>
  );
}

function UnknownLabels(props: { source: SourceStatus }) {
  return (
    <section>
      <h3>Labels not taken for a class: unknown, ambiguous, or of another memory</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col" class="num">
              Rows
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={props.source.unknown_labels} fallback={<Nothing columns={2} text="Every label was understood." />}>
            {(unknown) => (
              <tr>
                <th scope="row" class="mono">
                  {unknown.label}
                </th>
                <td class="num">{count(unknown.count)}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </section>
  );
}

function Quarantine(props: {
  query: ReturnType<typeof createQuery<string, QuarantineAnswer>>;
  at: (instant: string) => string;
}) {
  return (
    <section class="quarantine">
      <h3>Quarantine: rows that were not taken, as they came</h3>
      <Switch fallback={<Skeleton rows={6} />}>
        <Match when={props.query.error()}>
          {(error) => <Failure what="The quarantine could not be read" error={error()} retry={props.query.refetch} />}
        </Match>
        <Match when={props.query.data()}>
          {(data) => (
            <table>
              <thead>
                <tr>
                  <th scope="col">Observed</th>
                  <th scope="col">Reason</th>
                  <th scope="col">Detail</th>
                  <th scope="col">Id at the source</th>
                  <th scope="col">Capture</th>
                  <th scope="col">Row</th>
                </tr>
              </thead>
              <tbody>
                <For each={data().rows} fallback={<Nothing columns={6} text="The quarantine is empty." />}>
                  {(row) => (
                    <tr>
                      <td class="mono muted">{props.at(row.observed_at)}</td>
                      <th scope="row">
                        {reasonWords(row.reason)} <span class="mono faint">{row.reason}</span>
                      </th>
                      <td>{row.detail}</td>
                      <td class="mono">{row.native_id}</td>
                      <td class="mono muted" title={row.capture_id}>
                        {row.capture_id.slice(0, 12)}
                      </td>
                      <td class="mono muted example" title={row.excerpt}>
                        {row.excerpt}
                      </td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          )}
        </Match>
      </Switch>
    </section>
  );
}

function Fact(props: { name: string; children: JSX.Element }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function Nothing(props: { columns: number; text: string }) {
  return (
    <tr>
      <td colSpan={props.columns} class="muted">
        {props.text}
      </td>
    </tr>
  );
}
