import { needs } from '#index-engine/settlement/sentence';
import { calendars } from '#methodology/calendars';
import type { Contract } from '#methodology/contracts';

/** One term of a contract for whoever reads it. */
export interface TermInWords {
  term: string;
  words: string;
}

function averageWords({ average, series, time_zone }: Contract): string {
  if (average.every === 'hour') return `the fixes of ${series} at every full hour of the month in ${time_zone}`;
  if (average.every === 'calendar_day') return `the fixes of ${series} of every day of the month`;
  const name = calendars().find(({ id }) => id === average.calendar)?.name;
  return `the fixes of ${series} of every business day of calendar ${average.calendar} (${name})`;
}

/** What one lot is of, in words. */
export function quantityWords({ quantity, time_zone }: Pick<Contract, 'quantity' | 'time_zone'>): string {
  if (quantity.rule === 'fixed') return `${quantity.gpu_hours} GPU-h`;
  if (quantity.rule === 'none') return 'none';
  return `the month's true hours in ${time_zone}, in GPU-h`;
}

/** The terms of a contract in words, in the order in which they apply. */
export function termsInWords(terms: Contract): TermInWords[] {
  const { missing, tick, rounding, bands, last_trading, highest_accepted_level: highest, range } = terms;
  const mode = rounding === 'half_even' ? 'half to even' : 'half up';
  const trading =
    last_trading.day === 'last_calendar_day'
      ? 'the last day of the month'
      : `the last business day of calendar ${last_trading.calendar} in the month`;
  return [
    { term: 'mean of', words: averageWords(terms) },
    { term: 'levels', words: `1 to ${highest}; a fix of a higher level, or without a value, counts as missing` },
    { term: 'final', words: `a fix counts for good ${terms.final_after_hours} h after its strike` },
    {
      term: 'missing',
      words: `a gap takes the mean of the last min(gap, ${missing.lookback_fixes}) fixes of the schedule before it, at most ${missing.reach_days} days before the month; where there is none, its fixes drop out of the mean`,
    },
    ...bands.map((band) => ({
      term: band.band === 'settles' ? 'settles' : 'for review',
      words: needs(band),
    })),
    { term: 'below', words: 'the calculation agent determines' },
    { term: 'rounding', words: `once, to a whole number of ticks of ${tick} ${terms.currency}/GPU-h, ${mode}` },
    { term: 'quantity', words: quantityWords(terms) },
    { term: 'last trading', words: trading },
    { term: 'range', words: `open fixes between the lowest and the highest of the last ${range.trailing_days} days` },
  ];
}
