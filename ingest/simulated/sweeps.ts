import { makeCapture } from '#ingest/capture';
import { readSweep } from '#ingest/read';
import { answerOf } from '#ingest/simulated/answers';
import type { SimulatedMarket } from '#ingest/simulated/market';
import { simulatedSources } from '#ingest/simulated/sources';
import { HOUR_MS, MINUTE_MS } from '#ingest/simulated/time';
import type { Source } from '#ingest/source';
import { canonicalJson } from '#methodology/canonical';
import type { Capture, Observation, Sweep, VenueType } from '#store/observation';

/** One look at one source of the simulated market. */
export interface SimulatedSweep {
  source: Source;
  at: Date;
  captures: Capture[];
}

/**
 * How often the past is looked at. A rate card changes every few days; an offer stands for three hours and goes stale after two; what was
 * traded counts in a fix only if it was told of before the strike. Ninety days are then about a hundred and fifty thousand observations.
 */
const EVERY_HOURS: Partial<Record<VenueType, number>> = { neocloud: 6, marketplace: 2, exchange: 1 };

/** What a live sweep of a source at an instant would have left: its captures, an outage among them. Pure. */
export function sweepAt(market: SimulatedMarket, source: Source, at: Date): SimulatedSweep {
  const captures: Capture[] = [];
  for (const request of source.requests(at)) {
    const { status, content_type, body } = answerOf(market, request.url, at);
    captures.push(
      makeCapture({
        source: source.id,
        sequence: captures.length,
        last: status === 200,
        url: request.url,
        request: canonicalJson({ method: request.method }),
        status,
        content_type,
        fetched_at: at.toISOString(),
        body: Buffer.from(body, 'utf8'),
        ...(captures[0] ? { sweep_id: captures[0].sweep_id } : {}),
      }),
    );
  }
  return { source, at, captures };
}

/** When the past of a source is looked at, in (after, until]. Sources are spread over the hour, as those of the world are. */
export function sweepTimes(source: Source, position: number, after: Date, until: Date): Date[] {
  const hours = EVERY_HOURS[source.venue_type] ?? 1;
  const period = hours * HOUR_MS;
  const offset = ((position % hours) * 60 + ((position * 13 + 5) % 60)) * MINUTE_MS;
  const times: Date[] = [];
  const first = Math.floor((after.getTime() - offset) / period) + 1;
  for (let at = first * period + offset; at <= until.getTime(); at += period) times.push(new Date(at));
  return times;
}

/** Everything that is learned by looking at a market in (after, until], as a fix takes its inputs. */
export interface SimulatedInputs {
  observations: Observation[];
  sweeps: Sweep[];
  rates: [];
  withdrawals: [];
  cancellations: [];
}

/** What the demonstration would have stored of (after, until], without storing it: the same captures, read by the same code. Pure. */
export function observeMarket(market: SimulatedMarket, after: Date, until: Date): SimulatedInputs {
  const inputs: SimulatedInputs = { observations: [], sweeps: [], rates: [], withdrawals: [], cancellations: [] };
  const known = new Set<string>();
  for (const [position, source] of simulatedSources(market.parameters).entries()) {
    for (const at of sweepTimes(source, position, after, until)) {
      const { sweep, observations } = readSweep(source, sweepAt(market, source, at).captures);
      inputs.sweeps.push(sweep);
      // A trade is told by several answers; the first is when it was learned.
      for (const one of observations) if (!known.has(one.observation_id)) inputs.observations.push(one);
      for (const one of observations) known.add(one.observation_id);
    }
  }
  return inputs;
}
