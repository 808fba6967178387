import './proof.css';
import { For, Show } from 'solid-js';
import type { FixRecord, PublishedFix } from '#api/types';
import type { Verification } from '../../data/verify';
import { Checks, checkName } from '../../parts/checks';

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
                {checkName(check)}: {check.detail}.
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
        <Checks checks={props.verification.checks} />
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
