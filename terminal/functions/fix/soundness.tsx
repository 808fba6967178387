import { For, Show } from 'solid-js';
import type { DerivedUnits, FixRecord, MoveCost } from '#api/types';
import { count, percent } from '../../parts/number';
import { Units } from './units';

const WORKLOADS = [
  ['combined', 'combined'],
  ['training', 'training'],
  ['inference', 'inference'],
] as const;
const ESTIMATORS = [
  ['weighted_mean', 'weighted mean'],
  ['weighted_median', 'weighted median'],
  ['trimmed_mean', 'trimmed mean'],
  ['provider_median', 'median of providers'],
] as const;

/** What became of the day's estimate. @param band in percent */
const HELD: Record<NonNullable<FixRecord['anchor']>['held'], (band: string) => string> = {
  moved: (band) => `within ${band}\u2009% of the moved fix, which stands`,
  drawn: () => 'the moved fix, drawn towards it by a part of what prices moved',
  estimate: () => 'reached by the moved fix: it stands',
  upper: (band) => `the fix may be ${band}\u2009% above it and no dearer than the dearest`,
  lower: (band) => `the fix may be ${band}\u2009% below it and no cheaper than the cheapest`,
};

/** Signed percent of a fraction, two decimals: "+0.31". */
const signed = (fraction: string) => `${Number(fraction) > 0 ? '+' : ''}${(Number(fraction) * 100).toFixed(2)}`;

/** What a fix says of itself: its price per unit of compute, what it would cost to move, what moved it, and other estimators. */
export function Soundness(props: { record: FixRecord; units: DerivedUnits | null }) {
  const record = () => props.record;
  return (
    <section>
      <Show when={record().scu}>
        {(scu) => (
          <>
            <h3>
              Per unit of compute <span class="unit">{scu().unit}</span>
            </h3>
            <table>
              <tbody>
                <For each={WORKLOADS}>
                  {([key, name]) => (
                    <tr>
                      <th scope="row">{name}</th>
                      <td class="wrap muted">
                        rated {scu()[key].rating} SCU{scu().status === 'provisional' ? ', provisional' : ''}
                      </td>
                      <td class="num">{scu()[key].value}</td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          </>
        )}
      </Show>
      {/* They are the newest revision's, which need not be the one on the screen. */}
      <Show when={props.units?.value === props.record.value ? props.units : null}>
        {(units) => <Units record={record()} units={units()} />}
      </Show>
      <h3>{record().anchor ? "What would move the day's estimate" : 'What would move it'}</h3>
      <table>
        <tbody>
          <tr>
            <th scope="row">fewest that hold {record().concentration.fraction}</th>
            <td class="wrap">{fewest(record())}</td>
          </tr>
          <Show when={record().cost_to_move}>
            {(cost) => (
              <>
                <Cost name={`up ${percent(cost().by)}\u2009%`} cost={cost().up} />
                <Cost name={`down ${percent(cost().by)}\u2009%`} cost={cost().down} />
              </>
            )}
          </Show>
        </tbody>
      </table>
      <Show when={record().change}>
        {(change) => (
          <>
            <h3>
              What moved it since the fix before <span class="unit">%</span>
            </h3>
            <table>
              <tbody>
                <tr>
                  <th scope="row">the whole</th>
                  <td class="num">{signed(change().total)}</td>
                </tr>
                <Show when={change().price}>
                  {(price) => (
                    <tr>
                      <th scope="row">prices of {count(change().matched_providers)} providers at both</th>
                      <td class="num">{signed(price())}</td>
                    </tr>
                  )}
                </Show>
                <Show when={change().composition}>
                  {(composition) => (
                    <tr>
                      <th scope="row">who is there, and how much</th>
                      <td class="num">{signed(composition())}</td>
                    </tr>
                  )}
                </Show>
              </tbody>
            </table>
          </>
        )}
      </Show>
      <Show when={record().anchor}>
        {(anchor) => (
          <>
            <h3>
              How level 4 came to it <span class="unit">USD/GPU-h</span>
            </h3>
            <table>
              <tbody>
                <tr>
                  <th scope="row" class="wrap">
                    the fix before, as its providers moved{' '}
                    <span class="muted">{count(anchor().matched_providers)} at both strikes</span>
                  </th>
                  <td class="num">{anchor().moved}</td>
                </tr>
                <tr>
                  <th scope="row" class="wrap">
                    the day's estimate alone <span class="muted">{HELD[anchor().held](percent(anchor().band))}</span>
                  </th>
                  <td class="num">{anchor().estimate}</td>
                </tr>
              </tbody>
            </table>
          </>
        )}
      </Show>
      <Show when={record().diagnostics}>
        {(diagnostics) => (
          <>
            <h3>
              The same evidence otherwise <span class="unit">USD/GPU-h</span>
            </h3>
            <table>
              <tbody>
                <For each={ESTIMATORS}>
                  {([key, name]) => (
                    <tr>
                      <th scope="row">{name}</th>
                      <td class="wrap">{diagnostics().alarms.includes(key) ? 'parts from the fix' : ''}</td>
                      <td class="num">{diagnostics()[key]}</td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          </>
        )}
      </Show>
    </section>
  );
}

const some = (number: number | null, one: string) =>
  number === null ? `no ${one}s` : `${count(number)} ${one}${number === 1 ? '' : 's'}`;

function fewest({ concentration }: FixRecord): string {
  return `${some(concentration.providers, 'provider')}, ${some(concentration.venues, 'venue')}`;
}

function Cost(props: { name: string; cost: MoveCost | null }) {
  return (
    <tr>
      <th scope="row">{props.name}</th>
      <td class="wrap">
        <Show when={props.cost} fallback="no share of the weight does it">
          {(cost) => (
            <>
              {`${percent(cost().share)}\u2009% of the weight`}: {some(cost().gpus, 'GPU')} at{' '}
              {some(cost().venues, 'venue')}, all window long
            </>
          )}
        </Show>
      </td>
    </tr>
  );
}
