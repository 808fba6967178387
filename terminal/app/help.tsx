import { createMemo, For, onMount } from 'solid-js';
import type { Action } from './actions';
import { useTerminal } from './context';

const KEY_NAMES: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', ArrowLeft: 'left', ArrowRight: 'right' };
const LINE_KEYS: readonly [string, string][] = [
  ['H100', 'finds series; Enter opens the chart of the first'],
  ['H100 GP', 'opens a function on it; GP H100 does the same'],
  ['H100 2026-07-28', 'opens the fix of a date'],
  ['↑ ↓', 'choose; on an empty line: earlier commands'],
  ['Tab', 'completes'],
  ['Esc', 'leaves'],
];

/** What can be done here, read from the registered actions themselves. */
export function Help(props: { close: () => void }) {
  const { actions } = useTerminal();
  let dialog!: HTMLDialogElement;
  onMount(() => dialog.showModal());
  const groups = createMemo(() => {
    const found = new Map<string, Action[]>();
    for (const action of actions.all()) {
      if (action.words || action.keys) found.set(action.group, [...(found.get(action.group) ?? []), action]);
    }
    return [...found];
  });
  const names = (action: Action) => [
    ...(action.words ?? []),
    ...(action.keys ?? []).map((key) => KEY_NAMES[key] ?? key),
  ];
  return (
    <dialog ref={dialog} class="help" aria-label="Help" onClose={() => props.close()}>
      <header class="panel-title">
        <h2>Help</h2>
        <button type="button" class="plain" onClick={() => dialog.close()}>
          <kbd>Esc</kbd> close
        </button>
      </header>
      <div class="help-columns">
        <section>
          <h3>Command line</h3>
          <dl class="keys">
            <For each={LINE_KEYS}>
              {([key, words]) => (
                <div>
                  <dt class="mono">{key}</dt>
                  <dd>{words}</dd>
                </div>
              )}
            </For>
          </dl>
        </section>
        <For each={groups()}>
          {([group, members]) => (
            <section>
              <h3>{group}</h3>
              <dl class="keys">
                <For each={members}>
                  {(action) => (
                    <div>
                      <dt class="mono">{[...names(action)].join(' ')}</dt>
                      <dd>{action.title}</dd>
                    </div>
                  )}
                </For>
              </dl>
            </section>
          )}
        </For>
      </div>
    </dialog>
  );
}
