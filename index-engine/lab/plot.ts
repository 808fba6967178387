/** One bar: a name, what it is worth, and whether it is ours. */
export interface Bar {
  name: string;
  value: number;
  isOurs: boolean;
}

const WIDTH = 720;
const LEFT = 190;
const RIGHT = 110;
const ROW = 26;
const TOP = 46;
const BOTTOM = 34;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const at = (value: number) => value.toFixed(1);

/** A number as a person reads it: three digits that say something. */
export function short(value: number): string {
  if (value === 0) return '0';
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

const text = (x: number, y: number, content: string, more = '') =>
  `<text x="${at(x)}" y="${at(y)}"${more}>${escaped(content)}</text>`;

const frame = (height: number, title: string, body: readonly string[]) =>
  `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="IBM Plex Sans, sans-serif" font-size="13" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(16, 26, title, ' font-size="15" font-weight="600"'),
    ...body,
    '</svg>',
  ].join('\n')}\n`;

/** Decades that hold every value above nothing. */
function decades(values: readonly number[]): { low: number; high: number } {
  const logs = values.filter((value) => value > 0).map((value) => Math.log10(value));
  const low = Math.floor(Math.min(...logs, 0));
  return { low, high: Math.max(low + 1, Math.ceil(Math.max(...logs, 0))) };
}

/** Horizontal bars on a logarithmic scale, in the order given. */
export function bars(title: string, unit: string, all: readonly Bar[]): string {
  const { low, high } = decades(all.map(({ value }) => value));
  const wide = WIDTH - LEFT - RIGHT;
  const x = (value: number) => (value <= 0 ? 0 : Math.max(0, ((Math.log10(value) - low) / (high - low)) * wide));
  const height = TOP + all.length * ROW + BOTTOM;
  const bottom = TOP + all.length * ROW;
  const grid = Array.from({ length: high - low + 1 }, (_, index) => {
    const here = LEFT + (index / (high - low)) * wide;
    return [
      `<line x1="${at(here)}" y1="${TOP - 6}" x2="${at(here)}" y2="${bottom}" stroke="#d5d9de"/>`,
      text(here, bottom + 16, short(10 ** (low + index)), ' text-anchor="middle" fill="#5a6572" font-size="11"'),
    ];
  }).flat();
  const rows = all.flatMap(({ name, value, isOurs }, index) => {
    const y = TOP + index * ROW;
    const colour = isOurs ? '#0b6e4f' : '#8a97a6';
    return [
      text(LEFT - 10, y + 15, name, ` text-anchor="end"${isOurs ? ' font-weight="600"' : ''}`),
      `<rect x="${LEFT}" y="${y + 3}" width="${at(x(value))}" height="${ROW - 9}" fill="${colour}"/>`,
      text(LEFT + x(value) + 6, y + 15, short(value), ' font-size="12"'),
    ];
  });
  const axis = text(WIDTH - 16, bottom + 30, unit, ' text-anchor="end" fill="#5a6572" font-size="11"');
  return frame(height, title, [...grid, ...rows, axis]);
}

/** A line by budget for every estimator: logarithmic both ways. */
export function lines(
  title: string,
  unit: string,
  budgets: readonly number[],
  all: readonly { name: string; values: readonly number[]; isOurs: boolean }[],
): string {
  const tall = 300;
  const { low, high } = decades(all.flatMap(({ values }) => values));
  const left = 80;
  const wide = WIDTH - left - 170;
  const bottom = TOP + tall;
  const first = Math.log10(budgets[0] ?? 1);
  const last = Math.log10(budgets.at(-1) ?? 10);
  const x = (budget: number) => left + ((Math.log10(budget) - first) / (last - first)) * wide;
  const y = (value: number) =>
    value <= 0 ? bottom : Math.min(bottom, bottom - ((Math.log10(value) - low) / (high - low)) * tall);
  const grid = Array.from({ length: high - low + 1 }, (_, index) => {
    const here = bottom - (index / (high - low)) * tall;
    return [
      `<line x1="${left}" y1="${at(here)}" x2="${left + wide}" y2="${at(here)}" stroke="#d5d9de"/>`,
      text(left - 8, here + 4, short(10 ** (low + index)), ' text-anchor="end" fill="#5a6572" font-size="11"'),
    ];
  }).flat();
  const marks = budgets.map((budget) =>
    text(x(budget), bottom + 18, short(budget), ' text-anchor="middle" fill="#5a6572" font-size="11"'),
  );
  // Names stand beside where their line ends, and never over one another.
  let above = Number.NEGATIVE_INFINITY;
  const drawn = [...all]
    .sort((a, b) => y(a.values.at(-1) ?? 0) - y(b.values.at(-1) ?? 0))
    .flatMap(({ name, values, isOurs }) => {
      const points = values.map((value, index) => `${at(x(budgets[index] ?? 1))},${at(y(value))}`).join(' ');
      above = Math.max(above + 15, y(values.at(-1) ?? 0) + 4);
      const colour = isOurs ? '#0b6e4f' : '#8a97a6';
      return [
        `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="${isOurs ? 3 : 1.3}"/>`,
        text(left + wide + 8, above, name, ` fill="${colour}"${isOurs ? ' font-weight="600"' : ''} font-size="12"`),
      ];
    });
  const axis = text(left + wide, bottom + 34, unit, ' text-anchor="end" fill="#5a6572" font-size="11"');
  return frame(bottom + 46, title, [...grid, ...marks, ...drawn, axis]);
}
