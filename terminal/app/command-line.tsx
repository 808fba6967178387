import { createMemo, createSignal, For, Show } from 'solid-js';
import { remember, type Suggestion, suggest } from './command';
import { useTerminal } from './context';
import type { Findable } from './search';
import { keep, recall } from './settings';
import { seriesOf } from './view';

const HISTORY = 'commands';

function recalledHistory(): string[] {
  try {
    const kept: unknown = JSON.parse(recall(HISTORY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((entry) => typeof entry === 'string') : [];
  } catch {
    return [];
  }
}

/** The command line: a combobox over series, sources and actions. */
export function CommandLine(props: { field: (element: HTMLInputElement) => void; help: () => void }) {
  const { actions, market, sources, router } = useTerminal();
  const [text, setText] = createSignal('');
  const [at, setAt] = createSignal(0);
  const [open, setOpen] = createSignal(false);
  const [complaint, setComplaint] = createSignal('');
  const [history, setHistory] = createSignal(recalledHistory());
  /** How far back in the history, 0 while not in it. */
  const [back, setBack] = createSignal(0);
  let field!: HTMLInputElement;

  const series = createMemo<Findable[]>(() =>
    market.indices.map((index) => ({
      id: index.series,
      name: index.name,
      words: [index.hardware_class, index.vendor, index.family, index.segment, index.tenor, index.region],
      weight: index.latest?.value ? 5 : index.latest ? 2 : 0,
    })),
  );
  const findableSources = createMemo<Findable[]>(() =>
    (sources.data()?.sources ?? []).map((source) => ({
      id: source.id,
      name: source.title,
      words: [source.venue_type],
      weight: 0,
    })),
  );
  const suggestions = createMemo(() =>
    suggest(text(), {
      actions: actions.all(),
      series: series(),
      sources: findableSources(),
      current: seriesOf(router.view()),
    }),
  );
  const showing = () => open() && text().trim() !== '';

  const leave = () => {
    setText('');
    setBack(0);
    setOpen(false);
    setComplaint('');
    field.blur();
  };

  const take = (suggestion: Suggestion) => {
    setHistory((before) => remember(before, suggestion.text));
    keep(HISTORY, JSON.stringify(history()));
    leave();
    actions.dispatch(suggestion.action, suggestion.target);
  };

  const enter = () => {
    if (text().trim() === '?') {
      leave();
      props.help();
      return;
    }
    const chosen = suggestions()[at()] ?? suggestions()[0];
    if (chosen) take(chosen);
    else if (text().trim()) setComplaint(`nothing is called “${text().trim()}”; ? shows what there is`);
  };

  const recallBack = (steps: number) => {
    const entries = history();
    const position = Math.max(0, Math.min(entries.length, back() + steps));
    setBack(position);
    setText(position === 0 ? '' : (entries[entries.length - position] ?? ''));
    setAt(0);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const inHistory = text() === '' || back() > 0;
    const move = (steps: number) => setAt((before) => Math.max(0, Math.min(suggestions().length - 1, before + steps)));
    if (event.key === 'ArrowUp') inHistory ? recallBack(1) : move(-1);
    else if (event.key === 'ArrowDown') inHistory ? recallBack(-1) : move(1);
    else if (event.key === 'Enter') enter();
    else if (event.key === 'Escape') leave();
    else if (event.key === 'Tab' && showing() && suggestions().length > 0 && !event.shiftKey) {
      setText(suggestions()[at()]?.text ?? text());
      setAt(0);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <search class="command">
      <span class="prompt" aria-hidden="true">
        ›
      </span>
      <input
        ref={(element) => {
          field = element;
          props.field(element);
        }}
        type="text"
        class="mono"
        role="combobox"
        aria-label="Command line"
        aria-expanded={showing() && suggestions().length > 0}
        aria-controls="suggestions"
        aria-autocomplete="list"
        aria-activedescendant={showing() && suggestions().length > 0 ? `suggestion-${at()}` : undefined}
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        placeholder="H100 GP"
        value={text()}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
          setBack(0);
          setOpen(true);
          setComplaint('');
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <span class="complaint" role="status">
        {complaint()}
      </span>
      <button type="button" class="plain" onClick={() => props.help()}>
        <kbd>?</kbd> help
      </button>
      <Show when={showing() && suggestions().length > 0}>
        <div class="suggestions" id="suggestions" role="listbox" aria-label="Suggestions">
          <For each={suggestions()}>
            {(suggestion, index) => (
              // The keyboard reaches an option through the field's aria-activedescendant.
              <div
                id={`suggestion-${index()}`}
                role="option"
                aria-selected={index() === at()}
                tabIndex={-1}
                onPointerDown={(event) => {
                  // Before the field loses the focus, which would take the list away.
                  event.preventDefault();
                  take(suggestion);
                }}
              >
                <span class="mono">{suggestion.text}</span>
                <span class="detail">{suggestion.detail}</span>
              </div>
            )}
          </For>
        </div>
      </Show>
    </search>
  );
}
