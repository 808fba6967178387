import { For, type JSX, Show } from 'solid-js';
import { ApiError } from '../data/api';

/** The title line of a panel: function code, what it shows, and at the right as of when. */
export function PanelTitle(props: { code: string; children: JSX.Element; aside?: JSX.Element }) {
  return (
    <header class="panel-title">
      <h2>
        <span class="code mono">{props.code}</span>
        {props.children}
      </h2>
      <div class="aside">{props.aside}</div>
    </header>
  );
}

/** Rows that hold the place of what is being read, so that nothing moves when it comes. */
export function Skeleton(props: { rows: number }) {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      <For each={Array.from({ length: props.rows })}>{() => <div aria-hidden="true" />}</For>
    </div>
  );
}

/** What went wrong, in the server's words, and a way to try again. */
export function Failure(props: { what: string; error: Error; retry?: () => void }) {
  const problem = () => (props.error instanceof ApiError ? props.error.problem : null);
  return (
    <section class="notice bad" role="alert">
      <p>
        {props.what}: {props.error.message}
      </p>
      <Show when={problem()?.expected}>{(expected) => <p>What would be right: {expected()}</p>}</Show>
      <Show when={props.retry}>
        {(retry) => (
          <p>
            <button type="button" class="button" onClick={() => retry()()}>
              Try again
            </button>
          </p>
        )}
      </Show>
    </section>
  );
}
