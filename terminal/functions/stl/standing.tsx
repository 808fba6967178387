import type { MonthAnswer } from '#api/types';
import { useTerminal } from '../../app/context';
import { Facts } from '../../parts/facts';
import { percent } from '../../parts/number';
import { stamp, zoneName } from '../../parts/time';
import { BANDS, rangeWords, ratioWords } from './words';

/** Where a month stands: its sentences, its price, what is locked and what is open, and between what it may come to. */
export function Standing(props: { answer: MonthAnswer }) {
  const { settings } = useTerminal();
  const settlement = () => props.answer.settlement;
  const priceIs = () => {
    const { final, band, price } = settlement();
    if (price === null) return '';
    if (!final) return 'so far';
    return band === 'settles' ? 'settlement price' : 'mean of what is there, no settlement price';
  };
  const counts = () => {
    const { counts: of } = settlement();
    return [
      ['Locked', `${of.locked} of ${of.scheduled}`],
      ['Provisional', of.provisional],
      ['Open', of.open],
      ['Missed', of.missed + (of.missed > 0 ? `: ${of.filled} filled, ${of.dropped} left out` : '')],
    ] as const;
  };
  const values = () => {
    const { coverage, mean, range } = settlement();
    return [
      ['Coverage', `${percent(coverage.share)}%, longest gap ${coverage.longest_gap}`],
      ['Mean', mean && `${ratioWords(mean)} = ${mean}`],
      ['Range', range && `${rangeWords(range)}, open at ${range.low.value} – ${range.high.value}`],
      ['Expected', range && `${range.expected.price}, open at the last, ${range.expected.value}`],
    ] as const;
  };
  const lot = () => {
    const { gpu_hours, tick_value, contract_value, last_trading_day, final, final_at } = settlement();
    const { currency } = props.answer.terms;
    return [
      ['GPU-hours', gpu_hours === null ? 'none' : `${gpu_hours}, a tick is ${tick_value} ${currency}`],
      ['Lot', contract_value && `${contract_value} ${currency}`],
      ['Last trading', last_trading_day],
      [final ? 'Final since' : 'Final from', `${stamp(final_at, settings.zone())} ${zoneName(settings.zone())}`],
    ] as const;
  };
  return (
    <>
      <p class="sentence">{props.answer.sentence}</p>
      <p class="band-line">
        <span class={`light ${BANDS[settlement().band].light}`} aria-hidden="true" /> {props.answer.band_sentence}
      </p>
      <div class="headline">
        <div>
          <span class="mono amount">{settlement().price ?? 'no price'}</span>{' '}
          <span class="unit">{settlement().price === null ? '' : `${props.answer.terms.currency}/GPU-h`}</span>
          <p class="muted">{priceIs()}</p>
        </div>
        <Facts rows={counts()} figures />
        <Facts rows={values()} figures />
        <Facts rows={lot()} figures />
      </div>
    </>
  );
}
