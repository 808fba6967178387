import type { NoticeKind } from '#api/types';
import { kindOf } from '../functions/news/words';

/** What is on the screen, and the address that says so. */
export type View =
  | { fn: 'MON' }
  | { fn: 'GP'; series: string }
  /** The fix of a local date, or of one strike. */
  | { fn: 'FIX'; series: string; date: string | null }
  | { fn: 'CRV'; hardwareClass: string | null }
  | { fn: 'SPR'; pair: { a: string; b: string } | null }
  | { fn: 'SCU' }
  | { fn: 'HEAT' }
  | { fn: 'STL'; contract: string | null; month: string | null }
  | { fn: 'LOG' }
  | { fn: 'SRC'; source: string | null }
  | { fn: 'NEWS'; kind: NoticeKind | null }
  | { fn: 'LOST'; path: string };

export type FunctionCode = Exclude<View['fn'], 'LOST'>;

/** The functions there are, in the order of the title bar. */
export const FUNCTIONS: readonly { code: FunctionCode; title: string }[] = [
  { code: 'MON', title: 'Monitor of all series' },
  { code: 'GP', title: 'Chart of a series' },
  { code: 'FIX', title: 'One fix taken apart' },
  { code: 'CRV', title: 'Term structure of a class' },
  { code: 'SPR', title: 'Spreads and ratios' },
  { code: 'SCU', title: 'What a unit of compute costs' },
  { code: 'HEAT', title: 'Class by region' },
  { code: 'STL', title: 'Contracts and their settlement' },
  { code: 'LOG', title: 'Transparency log' },
  { code: 'SRC', title: 'Sources and their health' },
  { code: 'NEWS', title: 'Notices' },
];

/** An instant such as "2026-07-28T15:00:00.000Z": a series struck every hour has many fixes on a date. */
export function isStrike(text: string): boolean {
  return isDate(text.slice(0, 10)) && /^T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/.test(text.slice(10));
}

export function isMonth(text: string): boolean {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}

export function isDate(text: string): boolean {
  return /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(text);
}

/** The view an address names. An address that names none is said to be lost, never silently replaced. */
export function viewOf(pathname: string): View {
  const lost: View = { fn: 'LOST', path: pathname };
  let parts: string[];
  try {
    parts = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return lost;
  }
  const [name = 'mon', first, second] = parts;
  switch (name.toLowerCase()) {
    case 'mon':
      return parts.length <= 1 ? { fn: 'MON' } : lost;
    case 'gp':
      return first && parts.length === 2 ? { fn: 'GP', series: first } : lost;
    case 'fix':
      if (!first || parts.length > 3 || (second !== undefined && !isDate(second) && !isStrike(second))) return lost;
      return { fn: 'FIX', series: first, date: second ?? null };
    case 'crv':
      return parts.length <= 2 ? { fn: 'CRV', hardwareClass: first ?? null } : lost;
    case 'spr':
      if (parts.length === 1) return { fn: 'SPR', pair: null };
      return first && second && parts.length === 3 ? { fn: 'SPR', pair: { a: first, b: second } } : lost;
    case 'scu':
      return parts.length === 1 ? { fn: 'SCU' } : lost;
    case 'heat':
      return parts.length === 1 ? { fn: 'HEAT' } : lost;
    case 'stl':
      if (parts.length > 3 || (second !== undefined && !isMonth(second))) return lost;
      return { fn: 'STL', contract: first ?? null, month: second ?? null };
    case 'log':
      return parts.length === 1 ? { fn: 'LOG' } : lost;
    case 'src':
      return parts.length <= 2 ? { fn: 'SRC', source: first ?? null } : lost;
    case 'news': {
      const kind = first === undefined ? null : kindOf(first);
      return parts.length > 2 || (first !== undefined && kind === null) ? lost : { fn: 'NEWS', kind };
    }
    default:
      return lost;
  }
}

/** The address of a view. */
export function pathOf(view: View): string {
  const segment = encodeURIComponent;
  switch (view.fn) {
    case 'MON':
      return '/mon';
    case 'GP':
      return `/gp/${segment(view.series)}`;
    case 'FIX':
      return `/fix/${segment(view.series)}${view.date ? `/${segment(view.date)}` : ''}`;
    case 'CRV':
      return `/crv${view.hardwareClass ? `/${segment(view.hardwareClass)}` : ''}`;
    case 'SPR':
      return `/spr${view.pair ? `/${segment(view.pair.a)}/${segment(view.pair.b)}` : ''}`;
    case 'SCU':
      return '/scu';
    case 'HEAT':
      return '/heat';
    case 'STL':
      return `/stl${view.contract ? `/${segment(view.contract)}` : ''}${view.contract && view.month ? `/${view.month}` : ''}`;
    case 'LOG':
      return '/log';
    case 'SRC':
      return `/src${view.source ? `/${segment(view.source)}` : ''}`;
    case 'NEWS':
      return `/news${view.kind ? `/${view.kind}` : ''}`;
    case 'LOST':
      return view.path;
  }
}

/** The series a view is about, if it is about one. */
export function seriesOf(view: View): string | null {
  if (view.fn === 'CRV') return view.hardwareClass === null ? null : `CSI-${view.hardwareClass}`;
  if (view.fn === 'SPR') return view.pair?.a ?? null;
  return view.fn === 'GP' || view.fn === 'FIX' ? view.series : null;
}
