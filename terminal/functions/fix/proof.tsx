import './proof.css';
import { For, Show } from 'solid-js';
import type { FixRecord, PublishedFix } from '#api/types';
import type { Check, Verdict, Verification } from '../../data/verify';

const NAMES: Record<Check['name'], string> = { record: 'Record', hash: 'Hash', signature: 'Signature' };
const WORDS: Record<Verdict, string> = {
  passed: 'verified here',
  failed: 'FAILED',
  unchecked: 'not checked',
};
const LIGHTS: Record<Verdict, string> = { passed: 'fresh', failed: 'failing', unchecked: 'late' };

/** Says loudly that a fix is not what it claims to be; nothing where it is. */
export function Alarm(props: { verification: Verification }) {
  const failures = () => props.verification.checks.filter((check) => check.verdict === 'failed');
  return (
    <Show when={failures().length > 0}>
      <section class="alarm" role="alert">
        <p>
          <strong>This fix does not verify. Do not rely on what is shown.</strong>
        </p>
        <ul>
          <For each={failures()}>
            {(check) => (
              <li>
                {NAMES[check.name]}: {check.detail}.
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}

/** What was checked in this browser, and the hashes and keys themselves. */
export function Proof(props: { published: PublishedFix; verification: Verification; record: FixRecord | null }) {
  return (
    <section class="proof">
      <h3>Proof: what this browser checked, over the signed text and with the key this server publishes</h3>
      <div class="proof-columns">
        <table>
          <tbody>
            <For each={props.verification.checks}>
              {(check) => (
                <tr>
                  <th scope="row">
                    <span class={`light ${LIGHTS[check.verdict]}`} aria-hidden="true" /> {NAMES[check.name]}
                  </th>
                  <td classList={{ 'bad-text': check.verdict === 'failed', muted: check.verdict === 'unchecked' }}>
                    {WORDS[check.verdict]}
                  </td>
                  <td class="wrap muted">{check.detail}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
        <dl class="hashes">
          <Hash name="Hash" text={props.published.hash} />
          <Hash name="Previous" text={props.record?.previous_hash ?? 'none: the first of its chain'} />
          <Hash
            name="Inputs"
            text={props.record ? `${props.record.inputs.merkle_root} (root of ${props.record.inputs.count})` : ''}
          />
          <Hash name="Key" text={props.published.key_id} />
        </dl>
      </div>
    </section>
  );
}

function Hash(props: { name: string; text: string }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd class="mono">{props.text}</dd>
    </div>
  );
}
