import type { Action, Target } from './actions';
import { type Findable, search } from './search';
import { isDate } from './view';

export interface Suggestion {
  /** What Enter would type out in full, e.g. "CSI-H100-SXM-80 GP". */
  text: string;
  detail: string;
  action: string;
  target: Target;
}

export interface Known {
  actions: readonly Action[];
  series: readonly Findable[];
  sources: readonly Findable[];
  /** The series on the screen, offered first where none is named. */
  current: string | null;
}

/** What a bare series name does. */
const DEFAULT_ACTION = 'open.gp';
const LIMIT = 12;

function actionOf(word: string, actions: readonly Action[]): Action | undefined {
  return actions.findLast((action) => action.words?.includes(word.toUpperCase()));
}

function onSeries(action: Action, query: string, date: string | null, known: Known): Suggestion[] {
  const word = action.words?.[0] ?? '';
  let found = search(query, known.series, LIMIT);
  if (query === '' && known.current !== null) {
    const current = known.series.find((series) => series.id === known.current);
    if (current) found = [current, ...found.filter((series) => series !== current)].slice(0, LIMIT);
  }
  return found.map((series) => ({
    text: `${series.id} ${word}${date ? ` ${date}` : ''}`,
    detail: series.name,
    action: action.id,
    target: { series: series.id, ...(date ? { date } : {}) },
  }));
}

function onSource(action: Action, query: string, known: Known): Suggestion[] {
  const word = action.words?.[0] ?? '';
  const all: Suggestion = { text: word, detail: action.title, action: action.id, target: {} };
  const found = search(query, known.sources, LIMIT).map((source) => ({
    text: `${word} ${source.id}`,
    detail: source.name,
    action: action.id,
    target: { source: source.id },
  }));
  return query === '' ? [all, ...found] : found;
}

function startingWith(text: string, actions: readonly Action[]): Suggestion[] {
  const start = text.toUpperCase();
  return actions.flatMap((action) => {
    const word = action.words?.find((candidate) => candidate.startsWith(start));
    return word ? [{ text: word, detail: action.title, action: action.id, target: {} }] : [];
  });
}

/**
 * What the command line offers for a text, best first; Enter takes the first. A word that names an action chooses it
 * wherever it stands (`H100 GP`, `GP H100`), a date goes with it, and the rest says on what.
 */
export function suggest(text: string, known: Known): Suggestion[] {
  const words = text.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const date = words.find(isDate) ?? null;
  const chosen = words.map((word) => actionOf(word, known.actions)).find((action) => action !== undefined);
  const rest = words.filter((word) => word !== date && (!chosen || actionOf(word, known.actions) !== chosen));
  const query = rest.join(' ');

  if (chosen) {
    if (chosen.takes === 'series') return onSeries(chosen, query, date, known);
    if (chosen.takes === 'source') return onSource(chosen, query, known);
    return query === ''
      ? [{ text: words.join(' ').toUpperCase(), detail: chosen.title, action: chosen.id, target: {} }]
      : [];
  }
  const byDefault = known.actions.find((action) => action.id === (date ? 'open.fix' : DEFAULT_ACTION));
  const series = byDefault ? onSeries(byDefault, query, date, known) : [];
  const named = words.length === 1 ? startingWith(query, known.actions) : [];
  return [...named, ...series].slice(0, LIMIT);
}

/** The history of commands with one more, newest last, none twice. */
export function remember(history: readonly string[], text: string, limit = 30): string[] {
  return [...history.filter((entry) => entry !== text), text].slice(-limit);
}
