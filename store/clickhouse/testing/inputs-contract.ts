import { beforeAll, expect, it } from 'vitest';
import type { ClickHouse } from '#store/clickhouse/client';
import { insertObservations, insertRates, insertSweeps, readInputs } from '#store/clickhouse/observations';
import { observation } from '#store/clickhouse/testing/samples';
import type { ExchangeRate, Observation, Sweep } from '#store/observation';

const HOUR = 3_600_000;
const BASE = Date.parse('2025-03-01T00:00:00Z');
const iso = (hours: number) => new Date(BASE + hours * HOUR).toISOString();
const CLASSES = ['H100-SXM-80', 'H200-SXM-141', null] as const;

/** Twelve lines of three sources over 40 hours, with events learned late, at one instant, or of chips nobody knows. */
const facts: Observation[] = Array.from({ length: 480 }, (_, index) => {
  const line = index % 12;
  const hour = Math.floor(index / 12);
  const lag = [0, 0.01, 0.5, 6, 30][(index * 7) % 5] ?? 0;
  return observation({
    source: ['vast', 'runpod', 'gpurentalprices'][line % 3] ?? 'vast',
    native_id: `line ${line}`,
    hardware_class: CLASSES[line % 4 === 3 ? 2 : line % 2] ?? null,
    event_at: iso(hour + (line === 5 ? 0 : line / 100)),
    observed_at: iso(hour + 0.2 + lag),
    price: `2.${index}1`,
    capture_id: `capture ${index}`,
  });
}).filter((_, index) => index % 12 !== 6 || index < 240);

interface Window {
  strike: Date;
  from: Date;
  since: Date;
  history: number;
  hardwareClasses?: readonly string[];
  dormant?: boolean;
}

/** What the definition says, without a database. */
function expected(window: Window): Observation[] {
  const time = (text: string) => Date.parse(text);
  const known = facts.filter(
    (one) =>
      one.hardware_class !== null &&
      (window.hardwareClasses?.includes(one.hardware_class) ?? true) &&
      time(one.event_at) >= window.since.getTime() &&
      time(one.event_at) < window.strike.getTime() &&
      time(one.observed_at) < window.strike.getTime(),
  );
  const newestFirst = (a: Observation, b: Observation) =>
    time(b.event_at) - time(a.event_at) || (a.observation_id < b.observation_id ? -1 : 1);
  const isRecent = (one: Observation) => time(one.event_at) >= window.from.getTime();
  const line = (one: Observation) => `${one.source}/${one.native_id}`;
  const recent = known.filter(isRecent).sort(newestFirst);
  const lines = new Set(recent.map(line));
  const taken = new Map<string, number>();
  const earlier = known
    .filter((one) => !isRecent(one) && (window.dormant || lines.has(line(one))))
    .sort(newestFirst)
    .filter((one) => {
      const before = taken.get(line(one)) ?? 0;
      taken.set(line(one), before + 1);
      return before <= window.history;
    });
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...recent, ...earlier].sort(
    (a, b) =>
      byText(a.source, b.source) ||
      byText(a.native_id, b.native_id) ||
      byText(a.event_at, b.event_at) ||
      byText(a.observation_id, b.observation_id),
  );
}

/** `readInputs` on any engine: what is known before a strike, and no more. */
export function readInputsContract(store: () => ClickHouse): void {
  const sweep = (source: string, hours: number, complete = true): Sweep => ({
    source,
    sweep_id: `${source} at ${hours}`,
    observed_at: iso(hours),
    complete,
    covers: source === 'gpurentalprices' ? ['aws', 'runpod'] : [],
  });
  const rate = (date: string, hours: number, usd_per_unit: string): ExchangeRate => ({
    date,
    currency: 'GBP',
    usd_per_unit,
    source: 'ecb',
    observed_at: iso(hours),
    capture_id: 'rates',
  });
  const windowAt = (hours: number, changes: Partial<Window> = {}): Window => ({
    strike: new Date(BASE + hours * HOUR),
    from: new Date(BASE + (hours - 4) * HOUR),
    since: new Date(BASE - 48 * HOUR),
    history: 3,
    ...changes,
  });

  beforeAll(async () => {
    // In no order at all, and in several blocks.
    const mixed = facts.map((one, index) => ({ one, key: (index * 7919) % 487 })).sort((a, b) => a.key - b.key);
    for (let start = 0; start < mixed.length; start += 100) {
      await insertObservations(
        store(),
        mixed.slice(start, start + 100).map(({ one }) => one),
      );
    }
    const [a, b, c] = [sweep('vast', 30), sweep('runpod', 30), sweep('gpurentalprices', 31)];
    await insertSweeps(store(), [
      c!,
      a!,
      sweep('vast', 31, false),
      sweep('vast', 29),
      sweep('vast', 20),
      sweep('vast', 36),
    ]);
    await insertSweeps(store(), [b!, a!]);
    await insertRates(store(), [
      rate('2025-03-02', 30, '1.262'),
      rate('2025-03-01', 10, '1.261'),
      rate('2025-03-03', 50, '1.263'),
    ]);
  });

  it.each([
    ['in the middle', windowAt(33)],
    ['an hour later', windowAt(34)],
    ['at the start', windowAt(1)],
    ['before everything', windowAt(0)],
    ['after everything', windowAt(100, { from: new Date(BASE + 30 * HOUR) })],
    ['one class', windowAt(33, { hardwareClasses: ['H200-SXM-141'] })],
    ['no class', windowAt(33, { hardwareClasses: [] })],
    ['no history', windowAt(33, { history: 0 })],
    ['what sleeps', windowAt(33, { dormant: true })],
    ['long history', windowAt(33, { history: 1000 })],
    ['history cut off', windowAt(33, { since: new Date(BASE + 27 * HOUR), history: 1000 })],
    ['to the millisecond', windowAt(33, { strike: new Date(facts[300]!.event_at) })],
  ])('gives what was known, in one order: %s', async (_name, window) => {
    const { observations } = await readInputs(store(), window);
    const wanted = expected(window);
    expect(observations.map((one) => one.observation_id)).toEqual(wanted.map((one) => one.observation_id));
    expect(observations).toEqual(wanted);
  });

  it('the middle is no empty case', () => {
    const wanted = expected(windowAt(33));
    const recent = wanted.filter((one) => Date.parse(one.event_at) >= BASE + 29 * HOUR);
    expect(recent.length).toBeGreaterThan(10);
    expect(wanted.length - recent.length).toBeGreaterThan(10);
    // Some event before the strike was learned only after it.
    expect(facts.some((one) => one.event_at < iso(33) && one.event_at > iso(29) && one.observed_at > iso(33))).toBe(
      true,
    );
  });

  it('a line sleeps in the middle, and is read where that is asked for', () => {
    const lines = (window: Window) => new Set(expected(window).map((one) => one.native_id));
    expect(lines(windowAt(33))).not.toContain('line 6');
    expect(lines(windowAt(33, { dormant: true }))).toContain('line 6');
  });

  it('gives complete sweeps of the window, once each', async () => {
    const { sweeps } = await readInputs(store(), windowAt(33));
    expect(sweeps).toEqual([sweep('gpurentalprices', 31), sweep('runpod', 30), sweep('vast', 29), sweep('vast', 30)]);
  });

  it('gives the last rate known before the strike, never one dated or learned after it', async () => {
    const pounds = async (hours: number) => {
      const { rates } = await readInputs(store(), windowAt(hours));
      return rates.find((one) => one.currency === 'GBP')?.usd_per_unit ?? null;
    };
    expect(await pounds(9)).toBeNull();
    expect(await pounds(11)).toBe('1.261');
    expect(await pounds(29)).toBe('1.261');
    expect(await pounds(31)).toBe('1.262');
    expect(await pounds(49)).toBe('1.262');
    expect(await pounds(51)).toBe('1.263');
  });
}
