import { For, Show } from 'solid-js';
import type { NoticesAnswer } from '#api/types';
import { useTerminal } from '../../app/context';
import { Go } from '../../app/go';
import { api } from '../../data/api';
import { createQuery } from '../../data/query';
import { stamp } from '../../parts/time';

/** What readers should know of the sources, newest first. Nothing where there is nothing to tell. */
export function Notices() {
  const { settings, listen } = useTerminal();
  const notices = createQuery<true, NoticesAnswer>(
    () => true,
    (_, signal) => api.sourceNotices(signal),
  );
  listen('notice', notices.refetch);
  return (
    <Show when={notices.data()?.notices.length}>
      <section aria-label="Notices">
        <h3>
          <Go to={{ fn: 'NEWS', kind: null }}>Notices</Go>
        </h3>
        <table>
          <tbody>
            <For each={notices.data()?.notices}>
              {(notice) => (
                <tr>
                  <td class="mono muted">{stamp(notice.at, settings.zone(), true)}</td>
                  <td class="muted">{notice.kind.replaceAll('_', ' ')}</td>
                  <td class="wrap last">{notice.text}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </section>
    </Show>
  );
}
