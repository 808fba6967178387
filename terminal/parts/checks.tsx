import { For } from 'solid-js';
import type { Check, Verdict } from '../data/verify';

const NAMES: Record<Check['name'], string> = { record: 'Record', hash: 'Hash', signature: 'Signature' };
const WORDS: Record<Verdict, string> = {
  passed: 'verified here',
  failed: 'FAILED',
  unchecked: 'not checked',
};
const LIGHTS: Record<Verdict, string> = { passed: 'fresh', failed: 'failing', unchecked: 'late' };

/** What a check is called. */
export const checkName = (check: Check): string => NAMES[check.name];

/** What this browser checked of a signed record, and what came of it. */
export function Checks(props: { checks: readonly Check[] }) {
  return (
    <table>
      <tbody>
        <For each={props.checks}>
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
  );
}
