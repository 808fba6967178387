import { Show } from 'solid-js';
import type { FixHistory } from '#api/types';
import { Go } from '../../app/go';
import { suspendedWords } from '../../parts/level';
import { LevelMark } from '../../parts/level-mark';
import { count, decimal } from '../../parts/number';
import { strikeNames, strikeWords } from '../../parts/strikes';

/** Everything about the strike under the crosshair, in one line that never changes its height. */
export function Readout(props: { history: FixHistory; at: number; live: boolean }) {
  const of = <K extends 'value' | 'level' | 'status' | 'reason' | 'p25' | 'p75' | 'providers'>(name: K) =>
    props.history[name][props.at] as FixHistory[K][number] | undefined;
  const named = () => strikeNames(props.history)[props.at];
  const price = (text: string | null | undefined) => (text ? decimal(text, 4) : '–');
  return (
    <dl class="readout" aria-live={props.live ? 'polite' : 'off'}>
      <div>
        <dt>Strike</dt>
        <dd class="mono">{strikeWords(named() ?? '')}</dd>
      </div>
      <div class="value">
        <dt>
          Fix <span class="unit wide-only">USD/GPU-h</span>
        </dt>
        <dd class="mono">
          <Show when={of('value')} fallback={<span class="reason">{suspendedWords(of('reason') ?? null)}</span>}>
            {(value) => (
              <Go to={{ fn: 'FIX', series: props.history.series, date: named() ?? null }}>{price(value())}</Go>
            )}
          </Show>
        </dd>
      </div>
      <div>
        <dt>Level</dt>
        <dd class="mono">
          <LevelMark level={of('level') ?? null} status={of('status')} /> {of('level')}
        </dd>
      </div>
      <div>
        <dt>Status</dt>
        <dd>{of('status')}</dd>
      </div>
      <div>
        <dt>p25</dt>
        <dd class="mono">{price(of('p25'))}</dd>
      </div>
      <div>
        <dt>p75</dt>
        <dd class="mono">{price(of('p75'))}</dd>
      </div>
      <div>
        <dt>Providers</dt>
        <dd class="mono">{count(of('providers') ?? 0)}</dd>
      </div>
    </dl>
  );
}
