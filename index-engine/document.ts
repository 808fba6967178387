import { familiesSection } from '#index-engine/derived/families-document';
import { computeFix } from '#index-engine/fix';
import { needed } from '#index-engine/hysteresis';
import type { FixContext, FixInputs } from '#index-engine/inputs';
import { table } from '#index-engine/markdown';
import { contractsSection } from '#index-engine/settlement/contracts-document';
import { parseRatio } from '#methodology/decimal';
import { hardwareClasses } from '#methodology/hardware';
import type { LoadedRulebook } from '#methodology/rulebook';
import { seriesCatalogue } from '#methodology/series';
import { strikeOn } from '#methodology/strike';
import { type Observation, observationId } from '#store/observation';

const hours = (seconds: number) => `${seconds / 3600} h`;
const percent = (ratio: string) => {
  const { numerator, denominator } = parseRatio(ratio);
  return `${(Number(numerator) / Number(denominator)) * 100}%`;
};

/** The worked example of the document: five listed prices and one marketplace host, as a person would write them down. */
export const exampleQuotes = [
  { provider: 'north', price: '2.40', gpus: null, evidence: 'listed' },
  { provider: 'south', price: '2.60', gpus: null, evidence: 'listed' },
  { provider: 'east', price: '2.80', gpus: null, evidence: 'listed' },
  { provider: 'west', price: '3.20', gpus: null, evidence: 'listed' },
  { provider: 'centre', price: '3.60', gpus: null, evidence: 'listed' },
  { provider: 'market/host', price: '2.00', gpus: 16, evidence: 'executable' },
] as const;

/** The example as inputs of the engine: every price stood from two days before, and the host's was seen again every two hours. */
export function exampleInputs(loaded: LoadedRulebook): { inputs: FixInputs; context: FixContext } {
  const { time, time_zone } = loaded.rulebook.strikes.GLOBAL;
  const strike = strikeOn('2026-07-28', time, time_zone);
  const series = seriesCatalogue(loaded.rulebook).find((one) => one.id === 'CSI-H100-SXM-80');
  if (!series) throw new Error('the rulebook has no H100 SXM series');
  const before = (hoursAgo: number) => new Date(strike.instant.getTime() - hoursAgo * 3_600_000).toISOString();
  const observe = (quote: (typeof exampleQuotes)[number], event_at: string): Observation => {
    const fact = {
      source: 'example',
      native_id: quote.provider,
      sweep_id: event_at,
      event_at,
      observed_at: event_at,
      provider: quote.provider,
      venue: quote.provider.split('/')[0] ?? '',
      venue_type: quote.evidence === 'executable' ? ('marketplace' as const) : ('neocloud' as const),
      evidence: quote.evidence,
      aggregator: false,
      label: 'H100 SXM',
      memory_gb: 80,
      hardware_class: 'H100-SXM-80',
      gpus: quote.gpus,
      available_gpus: null,
      tenor: 'OD',
      country: null,
      region: null,
      price: quote.price,
      currency: 'USD',
      price_basis: 'gpu_hour' as const,
      attributes: {},
      trade: null,
      capture_id: 'example',
      capture_sha256: '0'.repeat(64),
    };
    return { observation_id: observationId(fact), ...fact };
  };
  const observations = exampleQuotes.flatMap((quote) =>
    quote.evidence === 'executable'
      ? Array.from({ length: 13 }, (_, index) => observe(quote, before(26 - index * 2)))
      : [observe(quote, before(25))],
  );
  return {
    inputs: { observations, sweeps: [], rates: [], withdrawals: [], cancellations: [] },
    context: { series, strike, previous: null },
  };
}

/**
 * The reader's methodology, generated from the rulebook and the engine: its tables are the rulebook's numbers, its example is computed.
 * @returns Markdown
 */
export function methodologyDocument(loaded: LoadedRulebook): string {
  const { rulebook, sha256 } = loaded;
  const { inputs, context } = exampleInputs(loaded);
  const { record } = computeFix(inputs, loaded, context);
  const {
    screens,
    staleness_seconds: stale,
    finality,
    weights,
    caps,
    estimator,
    standard_grade: grade,
    differentials,
  } = rulebook;
  const own = screens.own_history;
  const cross = screens.cross_section;
  const gates = rulebook.waterfall.map((level) => {
    switch (level.input) {
      case 'transactions':
        return [
          level.level,
          `transactions in the last ${level.hours} h${level.halving_hours === null ? '' : `, weight halving every ${level.halving_hours} h`}`,
          `≥ ${level.minimum_prints} prints, ≥ ${level.minimum_providers} providers, ≥ ${level.minimum_gpu_hours} GPU-h, ≥ ${level.minimum_partitions} partitions, largest provider ≤ ${percent(level.maximum_top_provider)} of the volume`,
          level.why ?? '',
        ];
      case 'fill_price_per_venue':
        return [
          level.level,
          "executable quotes: each venue's price to fill the standard market size",
          `≥ ${level.minimum_venues} venues, ≥ ${level.minimum_providers} providers`,
          level.why ?? '',
        ];
      case 'standing_prices':
        return [
          level.level,
          `standing prices, weighted ${Object.entries(level.evidence_weights)
            .map(([kind, weight]) => `${kind} ${weight}`)
            .join(', ')}`,
          `≥ ${level.minimum_providers} providers`,
          level.why ?? '',
        ];
      case 'matched_movement':
        return [
          level.level,
          'the fix before × the central-third mean of the price ratios of providers present at both strikes',
          `≥ ${level.minimum_providers} providers`,
          '',
        ];
      default:
        return [
          level.level,
          'the fix before, carried forward',
          `at most ${level.maximum_strikes} strikes in a row`,
          '',
        ];
    }
  });
  const begun = rulebook.series.families.filter((one) => one.begins_with_every_segment === true);
  const opening =
    begun.length === 0
      ? ''
      : `Where the strike before gave no value, the levels of standing prices also need a price of every kind of venue of the series' segment, for these families: ${begun.map((one) => (one.suffix === '' ? 'the headline' : `\`${one.suffix}\``)).join(', ')}. Once begun, a series goes on without it.\n\n`;
  const anchors = rulebook.waterfall
    .flatMap((level) =>
      level.input === 'standing_prices' && level.anchor !== null ? [{ level, anchor: level.anchor }] : [],
    )
    .map(
      ({ level: { level }, anchor }) =>
        `\n**Anchor of level ${level}.** Where the fix before was of level ${level} or below and has a value: the fix before × the matched return, drawn towards the day's estimate by at most ${anchor.catch_up} of what the return moved it, no further from the estimate than ${percent(anchor.band)} and inside the range of the day's prices. The matched return is the estimator above over the prices of the providers present at both strikes, today's divided by those before, each provider at the mean of its two shares. It takes ${anchor.minimum_providers} providers that hold ${anchor.minimum_matched_share} of the weight at both; else the estimate is the fix. The record states the estimate, the moved fix and how the value follows from them. ${anchor.why ?? ''}\n`,
    )
    .join('');
  const bands = Object.entries(screens.plausibility.bands).map(([id, band]) => [id, band.low, band.high]);
  return `<!-- Generated by \`npm run document\` from the data in methodology/ and the engine. Change those, not this. -->

# ${rulebook.title}

Version ${rulebook.version}, in force from ${rulebook.effective_from}. SHA-256 of its canonical JSON: \`${sha256}\`. Every fix names this hash; a version once used never changes.

## What is measured

${grade.why}

A series is a hardware class × segment × tenor × region: ${hardwareClasses().length} classes in these families.

${table(
  ['suffix', 'segment', 'tenor', 'providers level 4 needs', 'why'],
  rulebook.series.families.map((one) => [
    one.suffix || 'none: the headline',
    one.segment.join(', '),
    one.tenor,
    one.minimum_providers ?? 'as the level says',
    one.why ?? '',
  ]),
)}

| rule of the standard grade | value |
| --- | --- |
| smallest lot | ${grade.minimum_lot_gpus} GPUs |
| hosting | ${grade.accepted_hosting.join(', ')}${grade.accepts_unstated_hosting ? ', or not stated' : ''} |
| product | ${grade.accepted_products.join(', ')} |

Off-grade observations are excluded with their reason, unless a measured differential brings them to the grade: the median ratio of matched pairs with its distribution-free 95% interval, from ${differentials.gates.minimum_pairs} independent pairs of ${differentials.gates.minimum_providers} providers on, half-width at most ${percent(differentials.gates.maximum_half_width)}. ${differentials.why}

${table(
  ['differential', 'ratio', '95% interval', 'pairs', 'providers', 'used'],
  [
    ...differentials.used.map((one) => [
      one.definition,
      one.ratio,
      `${one.low} to ${one.high}`,
      one.pairs,
      one.providers,
      `yes, at ${one.venues.join(', ')}`,
    ]),
    ...differentials.rejected.map((one) => [
      one.definition,
      one.ratio,
      `${one.low} to ${one.high}`,
      one.pairs,
      one.providers,
      `no: ${one.why}`,
    ]),
  ],
)}

## Strike, window, standing prices

${table(
  ['region', 'strike'],
  [
    ...Object.entries(rulebook.strikes).map(([region, { time, time_zone }]) => [region, `${time} ${time_zone}`]),
    ['hourly series', 'every full hour, UTC'],
  ],
)}

The window is the ${rulebook.window.hours} h before the strike, in ${rulebook.window.partitions} partitions. ${rulebook.window.why} Publication follows ${rulebook.publication_delay_seconds / 60} minutes after the strike.

A standing price is in the book from its event until it is replaced by the line's next observation, lacked by a later complete sweep of its source that covers its provider, or stale: executable ${hours(stale.executable)}, administered ${hours(stale.administered)}, listed ${hours(stale.listed)}. ${stale.why}

**Indicative index.** The same estimator over the last ${rulebook.indicative.minutes} minutes, in ${rulebook.indicative.partitions} partitions. ${rulebook.indicative.why}

**Finality.** Final after ${finality.final_after_seconds / 3600} h, looked at again ${finality.recheck_before_final_seconds / 60} min before that, restated beyond ${finality.restatement_threshold} of the value, late after ${finality.late_after_seconds / 60} min. ${finality.why} A restatement is a new revision beside the old one. A final fix never changes: what is found later is annotated, and kept in a corrected series that nobody settles on.

**Changes of the rules.** A parallel run takes ${rulebook.governance.parallel_run_days} dates at least. ${rulebook.governance.why}

## Screens

1. Identity: class or tenor unknown; or a price that follows a rule: ${screens.constant_ratio.found.map((one) => `${one.provider} ${one.tenor} at ${one.ratio} of ${one.base} (${one.lines} of ${one.of} lines)`).join(', ')}. ${screens.constant_ratio.why}
2. Grade: as above.
3. Plausibility: outside the class's band (at the end of this document). ${screens.plausibility.why}
4. Staleness.
5. Duplicates: one machine in several slices counts once, as its largest slice on grade; an aggregator's row gives way while its origin's own stands on grade, and of two that tell one price the one with the stronger evidence speaks.
6. Own history: |p − mean of the last ${own.observations}| > ${own.standard_deviations} × max(sd, ${percent(own.deviation_floor)} of the mean), from observation ${own.minimum_observations + 1} on, looking back at most ${own.lookback_days} days. ${own.why}
7. Corroboration: a provider's price ${percent(screens.corroboration.jump)} or more from its own in the fix before, while fewer than ${screens.corroboration.minimum_peers} providers of other venues moved ${percent(screens.corroboration.peer_move)} or more the same way. ${screens.corroboration.why}
8. Cross-section: ${cross.consistency} × |p − median| / max(MAD, ${percent(cross.deviation_floor)} of the median) > ${cross.threshold}, from ${cross.minimum_points} venues on; beyond ${cross.threshold} ÷ ${rulebook.hysteresis.retain} for who was in the fix before, and from ${needed(cross.minimum_points, true, rulebook)} venues on where it had as many. ${cross.why}
9. Transactions: cancelled by who reported them; both sides one owner; pairs that sell to each other, closed cycles of up to ${screens.trades.longest_cycle} parties, and circles of any size in which what each party sold and bought differ by at most ${percent(screens.trades.net_position_tolerance)}; a price above or below what standing prices alone come to in the window by more than a factor of ${screens.trades.collar}; screen 8 among the sellers, at ${screens.trades.threshold}. ${screens.trades.why}

## Estimator

Weight = GPUs, at most ${weights.standard_market_size_gpus}, ${weights.unstated_lot_gpus} where the source states no size, times the seconds it stood, times the weight of its evidence. A pair of counterparties weighs by the GPU-hours it traded, at most ${weights.pair_gpu_hours}. ${weights.why}

No provider above ${percent(caps.provider)} of the weight, no venue above ${percent(caps.venue)} with all its hosts; excess is shared pro rata to the fixed point. ${caps.why}

Per partition, sort by price and average the weight between ${estimator.low} and ${estimator.high} of the total, with fractional edges. ${estimator.why} The fix is the equal-weight mean of the partitions that hold a price, rounded once, half to even, to ${rulebook.rounding.value_decimals} decimals.

## Waterfall

${table(['level', 'input', 'test', 'why'], gates)}
${anchors}
A level that gave the fix before passes at ${rulebook.hysteresis.retain} of its counts, rounded up. ${rulebook.hysteresis.why}

${opening}Otherwise the series is suspended: no value, and the reason published. At level 2 the days lie over one another: a print of the day before counts in the partition of its hour. A quote is never called a trade.

A fix is *thin* below ${rulebook.status.thin_below_providers} providers or ${rulebook.status.thin_below_partitions} filled partitions. ${rulebook.status.why}

## Worked example

The engine computes this example whenever this document is made, and a test does so on every run.

${table(
  ['provider', 'evidence', 'USD/GPU-h', 'GPUs'],
  exampleQuotes.map((quote) => [
    quote.provider,
    quote.evidence,
    quote.price,
    quote.gpus ?? `not stated: ${weights.unstated_lot_gpus}`,
  ]),
)}

Every price stood through the whole window; the host's is fresh all the time, so it weighs ${rulebook.waterfall.flatMap((level) => (level.input === 'standing_prices' ? [level.evidence_weights.executable] : []))[0]} times. Weights before the caps: 8, 8, 8, 8, 8 and 16 × 2 = 32 of 72. The host would hold 44% and is held at ${percent(caps.provider)}; the others share 75%, 15% each. In order of price: 2.00 (25%), 2.40 (15%), 2.60 (15%), 2.80 (15%), 3.20 (15%), 3.60 (15%). The central third runs from 33.33% to 66.67%: 6.67% at 2.40, 15% at 2.60 and 11.67% at 2.80.

**${record.value} USD per GPU-hour**, level ${record.level}, status ${record.status}.

> ${record.sentence}

## What a fix carries

Beside its value, and signed with it: its level and the result of every level's test; counts of observations, providers, venues, partitions, prints and GPU-hours; the shares of each kind of evidence and of attestation, of the largest provider and the largest five; the quartiles and extremes; what was excluded, by reason; the hash of the rulebook, the engine, and the Merkle root (RFC 6962) over every input with its weight or the reason it has none, each input naming the capture it was read from. And what tells whether to trust it:

- **Influence**: the fix without each provider and without each venue, computed again and held to the same fix before: what somebody did at earlier strikes is in that.
- **Cost to move**: the least share of the weight, nearest to the central part first, that has to stand at the last price that passes the screens to move the day's estimate by ${percent(rulebook.diagnostics.move)} up and down, as GPUs and as venues. The anchor lets through less of it, and later.
- **Price and composition**: of the move since the fix before, what the same estimator makes of the prices of providers present at both, and what is left: who was looked at.
- **Diagnostics**: weighted mean, weighted median, mean without the outer ${percent(rulebook.diagnostics.trim)}, median of provider medians; an alarm where one parts by more than ${percent(rulebook.diagnostics.alarm)}. ${rulebook.diagnostics.why}
- **Units**: the value per SCU-hour in training, inference and combined.
- **A sentence** that says it all in words.

${contractsSection()}
${familiesSection(loaded)}
## Plausibility bands

${table(['class', 'low', 'high'], bands)}
`;
}
