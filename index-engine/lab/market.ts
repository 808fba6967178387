import type { FixContext, FixInputs } from '#index-engine/inputs';
import { byText } from '#methodology/canonical';
import type { Rulebook } from '#methodology/rulebook';
import type { Observation } from '#store/observation';

const HOUR_MS = 3_600_000;

/** One strike of one series as the laboratory takes it: what was honestly seen, and what it was really worth. */
export interface LabStrike {
  /** Of which market it is, such as `simulated 1` or `recorded`. */
  market: string;
  context: FixContext;
  /** Of the class alone, its history included. */
  inputs: FixInputs;
  /** USD per GPU-hour at the strike, and its mean over the window; null where nobody knows, as in a recorded market. */
  truth: { atStrike: number; overWindow: number } | null;
}

/** What can be seen of the market: with its trades, with so few of them as a thin class has, or with quotes alone. */
export type Regime = 'trades' | 'thin' | 'quotes';

/** A thin class, in trades a day: at the edge of what a level of trades asks for. */
export const THIN_TRADES_A_DAY = 6;

/** The first few trades of each UTC day in the order of their ids, which is an order by chance. */
function fewOf(trades: readonly Observation[]): Set<Observation> {
  const days = new Map<string, Observation[]>();
  for (const one of [...trades].sort((a, b) => (a.observation_id < b.observation_id ? -1 : 1))) {
    const day = one.event_at.slice(0, 10);
    const kept = days.get(day) ?? [];
    days.set(day, kept);
    if (kept.length < THIN_TRADES_A_DAY) kept.push(one);
  }
  return new Set([...days.values()].flat());
}

/** A strike as one regime sees it; null where that regime has no evidence of its own. */
export function inRegime(strike: LabStrike, regime: Regime): LabStrike | null {
  const { inputs } = strike;
  const trades = inputs.observations.filter((one) => one.evidence === 'transaction');
  if (regime !== 'quotes' && trades.length === 0) return null;
  if (regime === 'trades') return strike;
  const kept = regime === 'thin' ? fewOf(trades) : new Set<Observation>();
  const observations = inputs.observations.filter((one) => one.evidence !== 'transaction' || kept.has(one));
  return { ...strike, inputs: { ...inputs, observations } };
}

/** Only what can bear on the fixes of one class. Each run over it is then as cheap as it can be. */
export function ofClass(inputs: FixInputs, hardwareClass: string, from: string, before: string): FixInputs {
  const observations: Observation[] = inputs.observations.filter(
    (one) =>
      one.hardware_class === hardwareClass &&
      one.event_at < before &&
      one.observed_at < before &&
      (one.event_at >= from || one.attributes.change_point === true),
  );
  return { ...inputs, observations, sweeps: inputs.sweeps.filter((one) => one.observed_at < before) };
}

/**
 * A strike without what can no longer bear on its value: of each line what may stand in the window, and as much history as own history looks
 * at; of trades what a level still reads. The value is the same, and each of the many runs over it is cheap.
 */
export function trimmed(strike: LabStrike, { window, staleness_seconds, screens, waterfall }: Rulebook): LabStrike {
  const { inputs, context } = strike;
  const before = (hours: number) => new Date(context.strike.instant.getTime() - hours * HOUR_MS).toISOString();
  const longest = Math.max(staleness_seconds.executable, staleness_seconds.administered, staleness_seconds.listed);
  const standing = before(window.hours + longest / 3600);
  const traded = before(Math.max(...waterfall.map((one) => (one.input === 'transactions' ? one.hours : 0))));
  const looked = before(window.hours + longest / 3600);
  const lines = new Map<string, Observation[]>();
  const kept: Observation[] = [];
  for (const one of inputs.observations) {
    if (one.evidence === 'transaction') {
      if (one.event_at >= traded) kept.push(one);
      continue;
    }
    const key = `${one.source}\n${one.native_id}`;
    const line = lines.get(key);
    if (line) line.push(one);
    else lines.set(key, [one]);
  }
  for (const line of lines.values()) {
    line.sort((a, b) => byText(a.event_at, b.event_at) || byText(a.observation_id, b.observation_id));
    const first = line.findIndex((one) => one.event_at >= standing);
    const holds = line.at(-1)?.attributes.change_point === true;
    if (first < 0 && !holds) continue;
    const from = first < 0 ? line.length : first;
    kept.push(...line.slice(Math.max(0, from - screens.own_history.observations - 1)));
  }
  const sweeps = lines.size > 0 ? inputs.sweeps.filter((one) => one.observed_at >= looked) : [];
  return { ...strike, inputs: { ...inputs, observations: kept, sweeps } };
}
