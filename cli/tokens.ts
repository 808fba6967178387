import { z } from 'zod';
import { type Answer, type CommonOptions, withStore } from '#cli/context';
import { CannotRun, table } from '#cli/output';
import {
  newestTokenDate,
  newestTokenPrice,
  readTokenBoard,
  readTokenIndices,
  tokenSeries,
} from '#index-engine/tokens/read';
import type { TokenIndex } from '#index-engine/tokens/token-index';
import type { Store } from '#store/store';

function expectDate(name: string, value: string): string {
  if (z.iso.date().safeParse(value).success) return value;
  throw new CannotRun(`${name} must be a date such as 2026-07-28, got ${value}`);
}

const header = ['input', 'output', 'blended', 'providers', 'tokens paid for'];
const cells = ({ values, tokens }: TokenIndex) => [
  values.input.value,
  values.output.value,
  values.blended.value,
  values.input.providers,
  tokens,
];

/** Every series with a value at one date. */
async function boardAnswer(store: Store, day: string | undefined): Promise<Answer> {
  const all = await tokenSeries(store);
  const last = newestTokenPrice(all);
  if (last === null) {
    const text = 'no price of tokens is stored: `csi import-history openrouter-paid FILE` loads a recorded history';
    return { text, json: [], code: 1 };
  }
  const date = day ?? newestTokenDate(last, new Date());
  const board = await readTokenBoard(store, date);
  const rows = board.filter(({ status }) => status === 'normal');
  const text = [
    `${date}, USD per million tokens:`,
    table(
      ['series', ...header],
      rows.map((row) => [row.series, ...cells(row)]),
    ),
    `${board.length - rows.length} more with a price and too few providers for a value`,
  ].join('\n');
  return { text, json: rows.map(({ inputs, ...row }) => row), code: rows.length > 0 ? 0 : 1 };
}

/**
 * `csi tokens [SERIES]`: what a million tokens of each model cost at one date, or one of them from date to date. Computed from the stored
 * prices, signed by nobody. 1 where there is no value.
 */
export async function tokensCommand(
  series: string | undefined,
  options: CommonOptions & { date?: string; from?: string; to?: string },
): Promise<Answer> {
  if (series !== undefined && options.date !== undefined)
    throw new CannotRun('--date is for all series: one has --from and --to');
  if (series === undefined && (options.from ?? options.to) !== undefined) {
    throw new CannotRun('--from and --to are for one series: all of them have --date');
  }
  const asked = (name: 'date' | 'from' | 'to') => {
    const value = options[name];
    return value === undefined ? undefined : expectDate(`--${name}`, value);
  };
  const [day, first, last] = [asked('date'), asked('from'), asked('to')];
  return withStore(options, async (store) => {
    if (series === undefined) return boardAnswer(store, day);
    const found = (await tokenSeries(store)).find((one) => one.series === series);
    if (!found) throw new CannotRun(`no series is called ${series}: \`csi tokens\` lists those with a value`);
    const to = last ?? newestTokenDate(found.last, new Date());
    const from = first ?? found.first.slice(0, 10);
    if (from > to) throw new CannotRun(`--from ${from} lies after --to ${to}`);
    const rows = await readTokenIndices(store, found, from, to);
    const text = [
      `${series}, USD per million tokens:`,
      table(
        ['date', ...header, 'status'],
        rows.map((row) => [row.date, ...cells(row), row.status === 'normal' ? 'normal' : row.values.input.reason]),
      ),
    ].join('\n');
    return { text, json: rows, code: rows.some(({ status }) => status === 'normal') ? 0 : 1 };
  });
}
