import './src.css';
import { createEffect, For, Match, on, Show, Switch } from 'solid-js';
import type { SourceStatus } from '#api/types';
import { useActions, useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import { throttled } from '../../data/throttle';
import { moveFocus } from '../../parts/focus';
import { count } from '../../parts/number';
import { Failure, PanelTitle, Skeleton } from '../../parts/panel';
import { ago, stamp, zoneName } from '../../parts/time';
import { Notices } from './notices';
import { SourceDetail } from './source-detail';
import { arrangeSources, errorWords, stateWords, tallySources } from './words';

/** A command inside the hint's sentence, to be set as one. */
const COMMAND = /(npm run -s csi -- [\w-]+(?: (?:--[\w-]+|[A-Z]{2,}|\d{4}-\d{2}-\d{2}))*)/;

/** SRC: every source, how fresh it is, and why where it is not. */
export default function SourcesFunction(props: { source: string | null }) {
  const { sources, settings, healed, listen } = useTerminal();
  let body: HTMLTableSectionElement | undefined;
  const answer = () => sources.data();
  const chosen = () => (props.source ? answer()?.sources.find((source) => source.id === props.source) : undefined);
  // The shell read them once; whoever looks at them wants them as they are now.
  createEffect(
    on(
      () => props.source,
      () => sources.data() && sources.refetch(),
    ),
  );
  createEffect(on(healed, sources.refetch, { defer: true }));
  listen('source', throttled(sources.refetch, 500));
  useActions([
    {
      id: 'src.next',
      title: 'Next source; Enter opens it',
      group: 'SRC',
      keys: ['j', 'ArrowDown'],
      run: () => moveFocus(body, 'th a', 1),
    },
    {
      id: 'src.previous',
      title: 'Previous source',
      group: 'SRC',
      keys: ['k', 'ArrowUp'],
      run: () => moveFocus(body, 'th a', -1),
    },
  ]);

  return (
    <section class="panel src" aria-label="Sources">
      <PanelTitle
        code="SRC"
        aside={
          <Show when={answer()}>
            {(known) => (
              <span>
                as of <span class="mono">{stamp(known().as_of, settings.zone(), true)}</span>{' '}
                {zoneName(settings.zone())}
              </span>
            )}
          </Show>
        }
      >
        <Show
          when={props.source}
          fallback={
            <Show when={answer()} fallback="All sources">
              {(known) => (
                <>
                  {known().sources.length} sources: <span class="muted">{tallySources(known().sources)}</span>
                </>
              )}
            </Show>
          }
        >
          {(id) => (
            <>
              <Go to={{ fn: 'SRC', source: null }}>all sources</Go> <span class="faint">/</span>{' '}
              <span class="mono id">{id()}</span>
              <span class="muted">{chosen()?.title}</span>
            </>
          )}
        </Show>
      </PanelTitle>
      <div class="scroll">
        <Show when={answer()?.hint}>
          {(hint) => (
            <section class="hint" role="status">
              <For each={hint().split(COMMAND)}>
                {(part) => (part.startsWith('npm ') ? <code class="mono">{part}</code> : part)}
              </For>
            </section>
          )}
        </Show>
        <Switch fallback={<Skeleton rows={12} />}>
          <Match when={!answer() && sources.error()}>
            {(error) => <Failure what="The sources could not be read" error={error()} retry={sources.refetch} />}
          </Match>
          <Match when={chosen()}>{(source) => <SourceDetail source={source()} />}</Match>
          <Match when={props.source && answer()}>
            <section class="notice">
              <p>
                There is no source called <code class="mono">{props.source}</code>.{' '}
                <Go to={{ fn: 'SRC', source: null }}>All sources</Go>
              </p>
            </section>
          </Match>
          <Match when={answer()}>
            {(known) => (
              <table>
                <thead>
                  <tr>
                    <th scope="col">Source</th>
                    <th scope="col">State</th>
                    <th scope="col" class="num">
                      Last success
                    </th>
                    <th scope="col" class="wide-only">
                      Schedule
                    </th>
                    <th scope="col" class="wide-only">
                      Evidence
                    </th>
                    <th scope="col" class="wide-only">
                      Terms
                    </th>
                    <th scope="col" class="wide-only">
                      Key
                    </th>
                    <th scope="col" class="num wide-only">
                      Captures
                    </th>
                    <th scope="col" class="num wide-only">
                      Observations
                    </th>
                    <th scope="col" class="num wide-only">
                      Quarantined
                    </th>
                    <th scope="col" class="last">
                      Last error
                    </th>
                  </tr>
                </thead>
                <tbody ref={body}>
                  <For
                    each={arrangeSources(known().sources)}
                    fallback={
                      <tr>
                        <td colSpan={11} class="muted">
                          The server has no sources configured.
                        </td>
                      </tr>
                    }
                  >
                    {(source) => <SourceRow source={source} />}
                  </For>
                </tbody>
              </table>
            )}
          </Match>
        </Switch>
        <Show when={!props.source}>
          <Notices />
        </Show>
      </div>
    </section>
  );
}

function SourceRow(props: { source: SourceStatus }) {
  const { now, router } = useTerminal();
  const source = () => props.source;
  const health = () => source().health;
  return (
    <tr onClick={() => router.go({ fn: 'SRC', source: source().id })}>
      <th scope="row" title={source().title}>
        <Go to={{ fn: 'SRC', source: source().id }} class="mono">
          {source().id}
        </Go>
      </th>
      <td title={stateWords(source(), now())}>
        <span class={`light ${health().state}`} aria-hidden="true" />{' '}
        {health().state === 'never' ? 'never read' : health().state}
      </td>
      <td class="num">
        <Show when={health().last_success_at} fallback={<span class="faint">never</span>}>
          {(at) => ago(at(), now())}
        </Show>
      </td>
      <td class="mono muted wide-only">{source().schedule}</td>
      <td class="muted wide-only">
        {source().evidence.join(', ') || 'no prices of capacity'}
        <Show when={source().aggregator}>, aggregator</Show>
        <Show when={source().unproven}>, unproven</Show>
      </td>
      <td class="wide-only" title={source().terms.note} classList={{ muted: source().terms.status === 'permitted' }}>
        {source().terms.status}
      </td>
      <td class="muted wide-only">{source().key_needed ? 'needed' : 'none'}</td>
      <td class="num wide-only">{count(source().captures)}</td>
      <td class="num wide-only">{count(source().observations)}</td>
      <td class="num wide-only">{count(source().quarantined)}</td>
      <td class="wrap last">
        <Show when={health().last_error}>
          {(error) => <ErrorWords error={error()} current={health().state !== 'fresh'} />}
        </Show>
      </td>
    </tr>
  );
}

/** An error: what it means, then what it said. */
export function ErrorWords(props: { error: string; current: boolean }) {
  return (
    <span classList={{ muted: !props.current }}>
      <Show when={errorWords(props.error)}>
        {(words) => <span classList={{ 'bad-text': props.current }}>{words()}. </span>}
      </Show>
      <span class="muted">{props.error}</span>
    </span>
  );
}
