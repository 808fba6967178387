import './anatomy.css';
import { For, Show } from 'solid-js';
import type { DerivedUnits, Evidence, FixCap, FixRecord } from '#api/types';
import { levelWords } from '../../parts/level';
import { LevelMark } from '../../parts/level-mark';
import { count, percent } from '../../parts/number';
import { reasonWords } from '../../parts/reason';
import { Distribution } from './distribution';
import { Influence } from './influence';
import { Soundness } from './soundness';

const EVIDENCE: readonly Evidence[] = ['transaction', 'executable', 'administered', 'listed'];

/** The tables of a fix: waterfall, distribution, shares, caps, soundness, influence, rejections. */
export function Anatomy(props: { record: FixRecord; units: DerivedUnits | null }) {
  const record = () => props.record;
  return (
    <div class="anatomy">
      <section>
        <Waterfall record={record()} />
        <Rejections record={record()} />
      </section>
      <section>
        <h3>
          Distribution <span class="unit">USD/GPU-h</span>
        </h3>
        <Show when={record().distribution} fallback={<p class="none">No value, so nothing to distribute.</p>}>
          {(distribution) => <Distribution distribution={distribution()} value={record().value} />}
        </Show>
        <h3>
          Weight <span class="unit">%</span>
        </h3>
        <Shares record={record()} />
      </section>
      <Soundness record={record()} units={props.units} />
      <Influence record={record()} />
    </div>
  );
}

function Waterfall(props: { record: FixRecord }) {
  return (
    <>
      <h3>Waterfall: the first level that passes gives the value</h3>
      <table>
        <tbody>
          <For each={props.record.levels}>
            {(test) => (
              <tr classList={{ chosen: test.level === props.record.level }}>
                <th scope="row" class="mono level-name" title={levelWords(test.level)}>
                  <LevelMark level={test.level} /> {test.level}
                </th>
                <td class="passed">{test.passed ? 'passed' : 'not met'}</td>
                <td class="wrap">{test.reason}</td>
              </tr>
            )}
          </For>
          <Show when={props.record.level === null}>
            <tr class="chosen">
              <th scope="row">
                <LevelMark level={null} status="suspended" />
              </th>
              <td class="passed">suspended</td>
              <td class="wrap">{props.record.reason}</td>
            </tr>
          </Show>
        </tbody>
      </table>
    </>
  );
}

const ATTESTED = { A: 'attested by the hardware', B: 'measured by a verifier', C: 'claimed only' } as const;

function Shares(props: { record: FixRecord }) {
  const shares = () => props.record.shares;
  const pairs = (): [string, string][] => [
    ...EVIDENCE.flatMap((kind): [string, string][] => {
      const share = shares().evidence[kind];
      return share ? [[kind, share]] : [];
    }),
    ...(['A', 'B', 'C'] as const).flatMap((grade): [string, string][] =>
      Number(shares().attestation[grade]) > 0 ? [[ATTESTED[grade], shares().attestation[grade]]] : [],
    ),
    ...(shares().top_provider ? [['largest provider', shares().top_provider ?? ''] as [string, string]] : []),
    ...(shares().top_five_providers ? [['five largest', shares().top_five_providers ?? ''] as [string, string]] : []),
  ];
  return (
    <table>
      <tbody>
        <For each={pairs()} fallback={<NoRow text="Nothing weighed." />}>
          {([name, share]) => (
            <tr>
              <th scope="row">{name}</th>
              <td class="num">{percent(share)}</td>
            </tr>
          )}
        </For>
        <Show when={props.record.caps}>
          {(caps) => (
            <>
              <Cap name="provider cap" cap={caps().provider} />
              <Cap name="venue cap" cap={caps().venue} />
            </>
          )}
        </Show>
      </tbody>
    </table>
  );
}

function Cap(props: { name: string; cap: FixCap }) {
  const words = () => {
    const bound = props.cap.bound ? 'it bound' : 'it did not bind';
    return props.cap.relaxed ? `${bound}; relaxed from ${percent(props.cap.cap)}\u2009%, too few to share` : bound;
  };
  return (
    <tr>
      <th scope="row" class="wrap">
        {props.name}: {words()}
      </th>
      <td class="num">{percent(props.cap.in_force)}</td>
    </tr>
  );
}

function Rejections(props: { record: FixRecord }) {
  const rows = () => Object.entries(props.record.rejections).sort((a, b) => b[1] - a[1]);
  return (
    <>
      <h3>Left out, by reason</h3>
      <table>
        <tbody>
          <For each={rows()} fallback={<NoRow text="Nothing was left out." />}>
            {([code, times]) => (
              <tr>
                <td class="wrap">
                  {reasonWords(code)} <span class="mono faint">{code}</span>
                </td>
                <td class="num">{count(times)}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </>
  );
}

function NoRow(props: { text: string }) {
  return (
    <tr>
      <td class="muted">{props.text}</td>
    </tr>
  );
}
