import { For, type JSX, Show } from 'solid-js';
import type { FixRecord, PublishedFix } from '#api/types';
import { useTerminal } from '../../app/context';
import { levelWords, suspendedWords } from '../../parts/level';
import { LevelMark } from '../../parts/level-mark';
import { count, decimal, plural } from '../../parts/number';
import { stamp, zoneName } from '../../parts/time';

/** The sentence of the fix, its value, and what it is of. */
export function Headline(props: { record: FixRecord; published: PublishedFix; revisions: readonly PublishedFix[] }) {
  const { settings, router } = useTerminal();
  const record = () => props.record;
  const window = () => record().window;
  return (
    <>
      <p class="sentence">{record().sentence}</p>
      <div class="headline">
        <div class="big">
          <Show when={record().value} fallback={<span class="no-value">{suspendedWords(record().reason)}</span>}>
            {(value) => (
              <>
                <span class="mono amount">{decimal(value(), 4)}</span> <span class="unit">USD/GPU-h</span>
              </>
            )}
          </Show>
          <p class="level-line">
            <LevelMark level={record().level} status={record().status} />{' '}
            <Show when={record().level} fallback="suspended">
              {(level) => (
                <>
                  level {level()}: {levelWords(level())}
                </>
              )}
            </Show>
            <Show when={record().status !== 'suspended'}>, {record().status}</Show>
            <Show when={record().carried_strikes > 0}>, carried over {plural(record().carried_strikes, 'strike')}</Show>
          </p>
        </div>
        <dl class="facts">
          <Fact name="Strike">
            <span class="mono">{stamp(record().strike, 'UTC')}</span> UTC
          </Fact>
          <Fact name="Local">
            <span class="mono">{stamp(record().strike, record().time_zone)}</span> {zoneName(record().time_zone)}
          </Fact>
          <Fact name="Window">
            <span class="mono">
              {stamp(window().from, 'UTC')} – {stamp(window().to, 'UTC')}
            </span>{' '}
            UTC
          </Fact>
          <Fact name="Partitions">
            <span class="mono">
              {window().partitions_filled} of {window().partitions}
            </span>{' '}
            filled
          </Fact>
        </dl>
        <dl class="facts">
          <Fact name="Observations">
            <span class="mono">{count(record().counts.observations)}</span>:{' '}
            <span class="mono">{count(record().counts.included)}</span> included,{' '}
            <span class="mono">{count(record().counts.excluded)}</span> excluded
          </Fact>
          <Fact name="From">
            {plural(record().counts.providers, 'provider')} on {plural(record().counts.venues, 'venue')},{' '}
            {record().counts.prints > 0
              ? `${plural(record().counts.prints, 'print')} of ${count(Math.round(Number(record().counts.gpu_hours)))} GPU-h`
              : plural(record().counts.gpus, 'GPU')}
          </Fact>
          <Fact name="Publication">
            {record().publication}, {props.published.finality},{' '}
            <span class="mono">{stamp(props.published.published_at, settings.zone())}</span> {zoneName(settings.zone())}
          </Fact>
          <Fact name="Revision">
            <Show when={props.revisions.length > 1} fallback={<span class="mono">{record().revision}</span>}>
              <span class="revisions">
                <For each={props.revisions}>
                  {(revision, index) => (
                    <button
                      type="button"
                      class="button mono"
                      aria-pressed={revision === props.published}
                      onClick={() => router.set({ revision: String(index()) })}
                    >
                      {revision.fix.revision}
                    </button>
                  )}
                </For>
              </span>
            </Show>
          </Fact>
        </dl>
        <dl class="facts">
          <Fact name="Methodology">
            <span class="mono">{record().methodology.version}</span>{' '}
            <span class="mono faint" title={record().methodology.sha256}>
              {record().methodology.sha256.slice(0, 12)}…
            </span>
          </Fact>
          <Fact name="Engine">
            <span class="mono">{record().engine}</span>
          </Fact>
          <Fact name="Time zones">
            <span class="mono">{props.published.time_zone_database}</span>
          </Fact>
          <Fact name="Class">
            <span class="mono">{record().hardware_class}</span>
          </Fact>
        </dl>
      </div>
    </>
  );
}

function Fact(props: { name: string; children: JSX.Element }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
