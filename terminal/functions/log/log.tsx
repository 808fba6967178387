import './log.css';
import { createMemo, For, Match, Show, Switch } from 'solid-js';
import type { LogHeadAnswer, LogLeavesAnswer } from '#api/types';
import { useTerminal } from '../../app/context';
import { api, gossipPath } from '../../data/api';
import { createQuery } from '../../data/query';
import { count } from '../../parts/number';
import { Failure, PanelTitle, Skeleton } from '../../parts/panel';
import { stamp, zoneName } from '../../parts/time';
import { DropZone } from './drop-zone';

/** Newest leaves that are shown. */
const LEAVES_SHOWN = 40;

interface Read {
  head: LogHeadAnswer;
  leaves: LogLeavesAnswer;
  /** The newest heads, newest first. */
  heads: { size: number; root: string; at: string; key_id: string }[];
}

async function readLog(signal: AbortSignal): Promise<Read> {
  const head = await api.logHead(signal);
  const from = Math.max(0, head.size - LEAVES_SHOWN);
  const [leaves, gossip] = await Promise.all([
    api.logLeaves(from, head.size, signal),
    head.head ? api.logGossip(signal) : null,
  ]);
  const heads = (gossip?.heads ?? []).map(({ canonical }) => JSON.parse(canonical)).reverse();
  return { head, leaves, heads };
}

/** LOG: what the operator has committed itself to, and a place to check a bundle without asking it. */
export default function LogFunction() {
  const { settings, listen } = useTerminal();
  const log = createQuery<true, Read>(
    () => true,
    (_, signal) => readLog(signal),
  );
  listen('fix', log.refetch);
  const newest = createMemo(() => log.data()?.head.head);
  return (
    <section class="panel log" aria-label="Transparency log">
      <PanelTitle
        code="LOG"
        aside={
          <Show when={newest()}>
            {(head) => (
              <span>
                head of <span class="mono">{stamp(head().at, settings.zone(), true)}</span> {zoneName(settings.zone())}
              </span>
            )}
          </Show>
        }
      >
        Transparency log{' '}
        <Show when={log.data()?.head.log}>
          {(id) => (
            <span class="unit mono" title={id()}>
              {id().slice(0, 16)}
            </span>
          )}
        </Show>
      </PanelTitle>
      <DropZone />
      <div class="scroll">
        <Switch fallback={<Skeleton rows={12} />}>
          <Match when={log.error()}>
            {(error) => <Failure what="The log could not be read" error={error()} retry={log.refetch} />}
          </Match>
          <Match when={log.data()?.head.size === 0}>
            <section class="notice">
              <p>The log is empty: it begins with the first fix that is published.</p>
            </section>
          </Match>
          <Match when={log.data()}>{(read) => <Entries read={read()} />}</Match>
        </Switch>
      </div>
    </section>
  );
}

function Entries(props: { read: Read }) {
  const { settings } = useTerminal();
  const waiting = () => props.read.head.size - (props.read.head.head?.size ?? 0);
  return (
    <div class="log-columns">
      <section>
        <h3>
          Signed heads, newest first <a href={gossipPath}>keep them as a file</a>
        </h3>
        <table>
          <thead>
            <tr>
              <th scope="col" class="num">
                Leaves
              </th>
              <th scope="col">Signed</th>
              <th scope="col">Root</th>
              <th scope="col">Key</th>
            </tr>
          </thead>
          <tbody>
            <For each={props.read.heads}>
              {(head) => (
                <tr>
                  <td class="num">{count(head.size)}</td>
                  <td class="mono muted">{stamp(head.at, settings.zone(), true)}</td>
                  <td class="mono" title={head.root}>
                    {head.root.slice(0, 16)}
                  </td>
                  <td class="mono muted">{head.key_id}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </section>
      <section>
        <h3>
          Newest leaves of {count(props.read.head.size)}
          <Show when={waiting() > 0}>, {count(waiting())} not yet under a head</Show>
        </h3>
        <table>
          <thead>
            <tr>
              <th scope="col" class="num">
                Leaf
              </th>
              <th scope="col">Kind</th>
              <th scope="col">Of</th>
              <th scope="col">Hash</th>
              <th scope="col">Logged</th>
            </tr>
          </thead>
          <tbody>
            <For each={[...props.read.leaves.leaves].reverse()}>
              {(leaf) => (
                <tr>
                  <td class="num">{count(leaf.index)}</td>
                  <td class="muted">{leaf.kind.replaceAll('_', ' ')}</td>
                  <td class="mono">{leaf.subject}</td>
                  <td class="mono muted" title={leaf.hash}>
                    {leaf.hash.slice(0, 12)}
                  </td>
                  <td class="mono muted">{stamp(leaf.at, settings.zone(), true)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </section>
    </div>
  );
}
