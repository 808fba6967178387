import { createSignal, For, Show } from 'solid-js';
import type { Verdict } from '../../data/verify';
import { BUNDLE_BYTES_MAX, type BundleVerification, verifyBundle } from '../../data/verify-bundle';

const WORDS: Record<Verdict, string> = { passed: 'verified here', failed: 'FAILED', unchecked: 'not checked' };
const LIGHTS: Record<Verdict, string> = { passed: 'fresh', failed: 'failing', unchecked: 'late' };

interface Checked {
  file: string;
  result: BundleVerification;
}

/** A place to drop a bundle on, or to choose one: it is checked in this browser, and goes nowhere. */
export function DropZone() {
  const [over, setOver] = createSignal(false);
  const [reading, setReading] = createSignal(false);
  const [checked, setChecked] = createSignal<Checked | null>(null);
  const check = async (file: File | undefined) => {
    if (!file) return;
    setReading(true);
    try {
      const result =
        file.size > BUNDLE_BYTES_MAX
          ? tooLarge(file.size)
          : await verifyBundle(await file.text(), globalThis.crypto?.subtle);
      setChecked({ file: file.name, result });
    } finally {
      setReading(false);
    }
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is what a pointer does; the file chooser in it is for every hand. */}
      <div
        class="drop"
        classList={{ over: over() }}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void check(event.dataTransfer?.files[0]);
        }}
      >
        <p aria-live="polite">
          Drop an evidence bundle or a certificate here, or{' '}
          <input
            id="bundle-file"
            class="visually-hidden"
            type="file"
            accept=".json,application/json"
            onChange={(event) => {
              void check(event.currentTarget.files?.[0]);
              event.currentTarget.value = '';
            }}
          />
          <label for="bundle-file">choose a file</label>.{' '}
          <span class="muted">
            {reading() ? 'Checking…' : 'It is checked in this browser: nothing is sent, nothing is asked.'}
          </span>
        </p>
      </div>
      <Show when={checked()}>{(one) => <Result file={one().file} result={one().result} />}</Show>
    </>
  );
}

const tooLarge = (bytes: number): BundleVerification => ({
  verdict: 'failed',
  about: null,
  simulated: false,
  keyId: null,
  checks: [{ name: 'File', verdict: 'failed', detail: `${bytes} bytes: no bundle is larger than ${BUNDLE_BYTES_MAX}` }],
});

function Result(props: Checked) {
  const isBad = () => props.result.verdict === 'failed';
  return (
    <section class="bundle" classList={{ failed: isBad() }} aria-label="What was checked">
      <h3>
        <span class="mono">{props.file}</span> {props.result.about}
        <Show when={props.result.simulated}> (SIMULATED)</Show>
      </h3>
      <Show when={isBad()}>
        <p class="bad-text none" role="alert">
          <strong>This file does not verify. Do not rely on it.</strong>
        </p>
      </Show>
      <table>
        <tbody>
          <For each={props.result.checks}>
            {(check) => (
              <tr>
                <th scope="row">
                  <span class={`light ${LIGHTS[check.verdict]}`} aria-hidden="true" /> {check.name}
                </th>
                <td classList={{ 'bad-text': check.verdict === 'failed', muted: check.verdict === 'unchecked' }}>
                  {WORDS[check.verdict]}
                </td>
                <td class="wrap mono" classList={{ muted: check.verdict !== 'failed' }}>
                  {check.detail}
                </td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <Show when={!isBad() && props.result.keyId}>
        {(id) => <p class="muted none">Compare key {id()} with the one that the operator publishes elsewhere.</p>}
      </Show>
    </section>
  );
}
