/** What is on the screen, and the address that says so. */
export type View =
  | { fn: 'MON' }
  | { fn: 'GP'; series: string }
  | { fn: 'FIX'; series: string; date: string | null }
  | { fn: 'SRC'; source: string | null }
  | { fn: 'LOST'; path: string };

export type FunctionCode = Exclude<View['fn'], 'LOST'>;

/** The functions there are, in the order of the title bar. */
export const FUNCTIONS: readonly { code: FunctionCode; title: string }[] = [
  { code: 'MON', title: 'Monitor of all series' },
  { code: 'GP', title: 'Chart of a series' },
  { code: 'FIX', title: 'One fix taken apart' },
  { code: 'SRC', title: 'Sources and their health' },
];

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
      if (!first || parts.length > 3 || (second !== undefined && !isDate(second))) return lost;
      return { fn: 'FIX', series: first, date: second ?? null };
    case 'src':
      return parts.length <= 2 ? { fn: 'SRC', source: first ?? null } : lost;
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
    case 'SRC':
      return `/src${view.source ? `/${segment(view.source)}` : ''}`;
    case 'LOST':
      return view.path;
  }
}

/** The series a view is about, if it is about one. */
export function seriesOf(view: View): string | null {
  return view.fn === 'GP' || view.fn === 'FIX' ? view.series : null;
}
