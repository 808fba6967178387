import type { ClickHouse } from '#store/clickhouse/client';
import {
  type InputsWindow,
  readCancellations,
  readFactsBetween,
  readInputs,
  readRates,
  readSweeps,
  readWithdrawals,
  type StoredInputs,
} from '#store/clickhouse/observations';
import type { Observation } from '#store/observation';

/** Reads the inputs of strikes one after another. */
export interface RollingInputs {
  /** What `readInputs` gives, for a strike after the one asked for before. @throws RangeError where it is not */
  at(window: InputsWindow): Promise<StoredInputs>;
}

const lineOf = ({ source, native_id }: { source: string; native_id: string }) => `${source}\n${native_id}`;
/** What one series may see of a line and another not, and what ages by another rule: each part keeps its own history. */
const partOf = (one: Observation) =>
  `${lineOf(one)}\n${one.hardware_class}\n${one.tenor}\n${one.region}\n${one.venue_type}\n${one.evidence}\n${one.attributes.change_point === true}`;
const byTime = (a: Observation, b: Observation) =>
  a.event_at < b.event_at ? -1 : a.event_at > b.event_at ? 1 : a.observation_id < b.observation_id ? -1 : 1;

/** What became known from one instant on. */
type News = Pick<StoredInputs, 'observations' | 'sweeps' | 'withdrawals' | 'cancellations'>;

/** A query costs the same for an hour as for a day. */
const STRETCH_MS = 86_400_000;
/** All of a stretch: what of it a strike needs is told when it is known which that is. */
const ALL = 2 ** 31;

async function readNews(store: ClickHouse, after: Date, until: Date): Promise<News> {
  return {
    observations: await readFactsBetween(store, { after, strike: until }),
    sweeps: await readSweeps(store, { from: after, strike: until }),
    withdrawals: await readWithdrawals(store, { strike: until, after, history: ALL }),
    cancellations: await readCancellations(store, { since: after, strike: until }),
  };
}

/**
 * Reads what became known between strikes one after another: a stretch at a time as far as everything known is stored, and no further than
 * the strike beyond that.
 */
function newsReader(store: ClickHouse, storedUntil: Date): (after: Date, strike: Date) => Promise<News> {
  let ahead: News = { observations: [], sweeps: [], withdrawals: [], cancellations: [] };
  let until = new Date(0);
  return async (after, strike) => {
    if (strike > until) {
      const from = until > after ? until : after;
      const stretch = Math.min(storedUntil.getTime(), from.getTime() + STRETCH_MS);
      until = new Date(Math.max(strike.getTime(), stretch));
      const more = await readNews(store, from, until);
      ahead = {
        observations: [...ahead.observations, ...more.observations],
        sweeps: [...ahead.sweeps, ...more.sweeps],
        withdrawals: [...more.withdrawals, ...ahead.withdrawals],
        cancellations: [...ahead.cancellations, ...more.cancellations],
      };
    }
    const before = strike.toISOString();
    const isKnown = (one: Observation) => one.event_at < before && one.observed_at < before;
    const news: News = {
      observations: ahead.observations.filter(isKnown),
      sweeps: ahead.sweeps.filter((one) => one.observed_at < before),
      withdrawals: ahead.withdrawals.filter((one) => one.at < before),
      cancellations: ahead.cancellations.filter((one) => one.observed_at < before),
    };
    ahead = {
      observations: ahead.observations.filter((one) => !isKnown(one)),
      sweeps: ahead.sweeps.filter((one) => one.observed_at >= before),
      withdrawals: ahead.withdrawals.filter((one) => one.at >= before),
      cancellations: ahead.cancellations.filter((one) => one.observed_at >= before),
    };
    return news;
  };
}

/**
 * Reads the inputs of many strikes in order: the first whole, then of each only what became known since the one before, so that a strike
 * costs the same however long the history is. What a line can still need is kept in memory, and no more. What was known before a strike
 * must be stored when it is asked for.
 * @param storedUntil everything known before this instant is stored already: it is read in few queries. Without it nothing is read ahead
 */
export function rollingInputs(store: ClickHouse, storedUntil = new Date(0)): RollingInputs {
  let last: Date | null = null;
  let inputs: StoredInputs = { observations: [], sweeps: [], rates: [], withdrawals: [], cancellations: [] };
  const lines = new Map<string, Observation[]>();
  // In the order of their names, which is the order that fixes have: what comes in order need not be sorted for each of them.
  let order: string[] = [];
  const known = new Set<string>();
  const readOn = newsReader(store, storedUntil);

  function take(observations: readonly Observation[]): void {
    const touched = new Set<Observation[]>();
    const before = order.length;
    for (const one of observations) {
      if (known.has(one.observation_id)) continue;
      known.add(one.observation_id);
      const key = partOf(one);
      let line = lines.get(key);
      if (line === undefined) {
        line = [];
        lines.set(key, line);
        order.push(key);
      }
      line.push(one);
      touched.add(line);
    }
    for (const line of touched) line.sort(byTime);
    if (order.length > before) order.sort();
  }

  /** Drops what no later strike can need: what is older than the window, but for the history of what may still stand or come back. */
  function prune({ from, since, history }: InputsWindow): void {
    const recent = from.toISOString();
    const lookback = from.getTime() - since.getTime();
    for (const [key, line] of lines) {
      let earlier = 0;
      while (earlier < line.length && (line[earlier] as Observation).event_at < recent) earlier += 1;
      if (earlier === 0) continue;
      const last = line[earlier - 1] as Observation;
      // The last change point may still hold, and is judged by what came before it.
      const end = last.attributes.change_point === true ? Date.parse(last.event_at) : from.getTime();
      let first = Math.max(0, earlier - history - 1);
      while (first < earlier && Date.parse((line[first] as Observation).event_at) < end - lookback) first += 1;
      if (first === 0) continue;
      for (const one of line.splice(0, first)) known.delete(one.observation_id);
      if (line.length === 0) lines.delete(key);
    }
    order = order.filter((key) => lines.has(key));
  }

  return {
    async at(window) {
      if (last !== null && window.strike < last) throw new RangeError('strikes must be read in order');
      // Two places may strike at one instant.
      if (last !== null && window.strike.getTime() === last.getTime()) return inputs;
      if (last === null) {
        inputs = await readInputs(store, { ...window, dormant: true });
        take(inputs.observations);
      } else {
        const news = await readOn(last, window.strike);
        take(news.observations);
        const ended = new Map<string, StoredInputs['withdrawals']>();
        const told = [...news.withdrawals, ...inputs.withdrawals];
        for (const one of told) ended.set(lineOf(one), [...(ended.get(lineOf(one)) ?? []), one]);
        inputs = {
          observations: [],
          sweeps: [...inputs.sweeps, ...news.sweeps].filter((one) => one.observed_at >= window.from.toISOString()),
          rates: await readRates(store, window.strike),
          withdrawals: [...ended.values()].flatMap((line) => line.slice(0, window.history + 1)),
          cancellations: [...inputs.cancellations, ...news.cancellations].filter(
            (one) => one.observed_at >= window.since.toISOString(),
          ),
        };
        prune(window);
      }
      last = window.strike;
      inputs.observations = order.flatMap((key) => lines.get(key) ?? []);
      return inputs;
    },
  };
}
