import './news.css';
import { createEffect, createSignal, For, Match, on, Show, Switch } from 'solid-js';
import type { NoticeKind, NoticeRow, NoticesAnswer } from '#api/types';
import { useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import { api } from '../../data/api';
import { createQuery } from '../../data/query';
import { throttled } from '../../data/throttle';
import { Failure, PanelTitle, Skeleton } from '../../parts/panel';
import { stamp, zoneName } from '../../parts/time';
import { KINDS, kindWords, placeOf } from './words';

const REREAD_MS = 500;

/** NEWS: what readers should know, newest first; of one kind, where the address names it. */
export default function NewsFunction(props: { kind: NoticeKind | null }) {
  const { settings, healed, listen } = useTerminal();
  const [older, setOlder] = createSignal<NoticeRow[]>([]);
  const [next, setNext] = createSignal<number | null>(null);
  const [failed, setFailed] = createSignal<Error | null>(null);
  const asked = () => props.kind ?? 'all';
  const newest = createQuery<NoticeKind | 'all', NoticesAnswer>(asked, (kind, signal) =>
    api.news(kind === 'all' ? null : kind, null, signal),
  );
  // What was read further back belongs to the kind, and to the newest page that it follows.
  createEffect(
    on(newest.data, (answer) => {
      setOlder([]);
      setNext(answer?.next ?? null);
    }),
  );
  createEffect(on(healed, newest.refetch, { defer: true }));
  listen('notice', throttled(newest.refetch, REREAD_MS));
  const readOlder = async (before: number) => {
    const kind = props.kind;
    setFailed(null);
    try {
      const answer = await api.news(kind, before);
      if (kind !== props.kind) return;
      setOlder((rows) => [...rows, ...answer.notices]);
      setNext(answer.next);
    } catch (error) {
      setFailed(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const rows = () => [...(newest.data()?.notices ?? []), ...older()];

  return (
    <section class="panel news" aria-label="Notices">
      <PanelTitle code="NEWS" aside={<span>instants in {zoneName(settings.zone())}</span>}>
        {props.kind ? <>Notices: {kindWords(props.kind).toLowerCase()}</> : 'Notices'}
      </PanelTitle>
      <nav aria-label="Kinds of notice">
        <Go to={{ fn: 'NEWS', kind: null }} current={props.kind === null}>
          All
        </Go>
        <For each={KINDS}>
          {([kind, words]) => (
            <Go to={{ fn: 'NEWS', kind }} current={props.kind === kind}>
              {words}
            </Go>
          )}
        </For>
        <a class="feed" href={`/v1/notices.atom${props.kind ? `?kind=${props.kind}` : ''}`}>
          Atom feed
        </a>
      </nav>
      <div class="scroll">
        <Switch fallback={<Skeleton rows={12} />}>
          <Match when={newest.error()}>
            {(error) => <Failure what="The notices could not be read" error={error()} retry={newest.refetch} />}
          </Match>
          <Match when={newest.data() && rows().length === 0}>
            <section class="notice">
              <p>
                {props.kind
                  ? `No notice of this kind was ever given: ${kindWords(props.kind).toLowerCase()}.`
                  : 'No notice was ever given: nothing was late, suspended, restated or disrupted, and no rule changed.'}
              </p>
            </section>
          </Match>
          <Match when={newest.data()}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Given at</th>
                  <th scope="col">Kind</th>
                  <th scope="col">About</th>
                  <th scope="col">What</th>
                </tr>
              </thead>
              <tbody>
                <For each={rows()}>
                  {(notice) => (
                    <tr>
                      <td class="mono muted">{stamp(notice.at, settings.zone(), true)}</td>
                      <td class="muted">{kindWords(notice.kind)}</td>
                      <td class="mono">
                        <Show when={placeOf(notice)} fallback={notice.subject}>
                          {(view) => <Go to={view()}>{notice.subject}</Go>}
                        </Show>
                      </td>
                      <td class="wrap last">{notice.text}</td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
            <Show when={failed()}>{(error) => <Failure what="Older notices could not be read" error={error()} />}</Show>
            <Show when={next()}>
              {(before) => (
                <section class="notice">
                  <p>
                    <button type="button" class="button" onClick={() => void readOlder(before())}>
                      Older notices
                    </button>
                  </p>
                </section>
              )}
            </Show>
          </Match>
        </Switch>
      </div>
    </section>
  );
}
