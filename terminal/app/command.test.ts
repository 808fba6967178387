import { expect, it, vi } from 'vitest';
import { type Action, createActions } from './actions';
import { type Known, remember, suggest } from './command';
import type { Findable } from './search';

const nothing = () => {};
const actions: Action[] = [
  { id: 'open.mon', title: 'Monitor', group: 'F', words: ['MON'], run: nothing },
  { id: 'open.gp', title: 'Chart', group: 'F', words: ['GP'], takes: 'series', run: nothing },
  { id: 'open.fix', title: 'Fix', group: 'F', words: ['FIX'], takes: 'series', run: nothing },
  { id: 'open.src', title: 'Sources', group: 'F', words: ['SRC'], takes: 'source', run: nothing },
  { id: 'theme.light', title: 'Light', group: 'S', words: ['LIGHT'], run: nothing },
];
const series: Findable[] = ['CSI-H100-SXM-80', 'CSI-H100-PCIE-80', 'CSI-L4-PCIE-24'].map((id) => ({
  id,
  name: id,
  words: [],
  weight: 5,
}));
const known: Known = {
  actions,
  series,
  sources: [{ id: 'vast', name: 'Vast.ai', words: [], weight: 0 }],
  current: 'CSI-L4-PCIE-24',
};
const first = (text: string) => {
  const suggestion = suggest(text, known)[0];
  return suggestion ? [suggestion.action, suggestion.target] : null;
};

it('opens a function on a series whichever comes first', () => {
  const expected = ['open.gp', { series: 'CSI-H100-PCIE-80' }];
  expect(first('H100 PCIE GP')).toEqual(expected);
  expect(first('gp h100 pcie')).toEqual(expected);
});

it('takes a bare name for a chart, and a date for a fix', () => {
  expect(first('h100')?.[0]).toBe('open.gp');
  expect(suggest('h100', known)).toHaveLength(2);
  expect(first('L4 2026-07-28')).toEqual(['open.fix', { series: 'CSI-L4-PCIE-24', date: '2026-07-28' }]);
});

it('means the series on the screen where none is named', () => {
  expect(first('FIX')).toEqual(['open.fix', { series: 'CSI-L4-PCIE-24' }]);
});

it('finds functions, settings and sources by their words', () => {
  expect(first('mon')).toEqual(['open.mon', {}]);
  expect(first('lig')).toEqual(['theme.light', {}]);
  expect(first('src')).toEqual(['open.src', {}]);
  expect(first('src va')).toEqual(['open.src', { source: 'vast' }]);
});

it('offers nothing for what it does not know', () => {
  expect(suggest('zzz', known)).toEqual([]);
  expect(suggest('  ', known)).toEqual([]);
});

it('remembers each command once, newest last', () => {
  expect(remember(['a', 'b', 'c'], 'a', 3)).toEqual(['b', 'c', 'a']);
});

it('lets a view give a key its own meaning while it is there', () => {
  const registry = createActions();
  const [outer, inner] = [vi.fn(), vi.fn()];
  registry.register([{ id: 'outer', title: '', group: '', keys: ['x'], run: outer }]);
  const remove = registry.register([{ id: 'inner', title: '', group: '', keys: ['x'], run: inner }]);
  registry.ofKey('x')?.run({});
  remove();
  registry.ofKey('x')?.run({});
  expect([outer.mock.calls.length, inner.mock.calls.length]).toEqual([1, 1]);
  expect(registry.dispatch('nobody')).toBe(false);
});
