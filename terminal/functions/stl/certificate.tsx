import { Show } from 'solid-js';
import type { MonthAnswer } from '#api/types';
import { useTerminal } from '../../app/context';
import type { CertificateVerification } from '../../data/verify-certificate';
import { Checks } from '../../parts/checks';
import { Facts } from '../../parts/facts';
import { stamp, zoneName } from '../../parts/time';

const OUTCOMES = {
  settled: 'settled by the rules at ',
  review: 'for review: no settlement price',
  determination: 'for the calculation agent: no settlement price',
} as const;

/** The certificate of a month and what this browser checked of it; or why there is none. */
export function Certificate(props: { answer: MonthAnswer; verification: CertificateVerification | null }) {
  const { settings } = useTerminal();
  const failed = () => props.verification?.verdict === 'failed';
  const without = () => {
    const { final, contract, month } = props.answer.settlement;
    return final
      ? `None has been issued: csi settle --contract ${contract} --month ${month} --certificate`
      : 'None yet: it can be issued once every fix of the month is final.';
  };
  const determined = (): [string, string][] => {
    const one = props.answer.determination;
    if (!one) return [];
    return [
      ['Determined', `${one.price} by ${one.by}, ${stamp(one.at, settings.zone(), true)} ${zoneName(settings.zone())}`],
      ['Reasons', one.reasons],
      ['Determination', one.hash],
    ];
  };
  return (
    <section class="certificate" classList={{ failed: failed() }}>
      <h3>Certificate</h3>
      <Show when={props.answer.certificate} fallback={<p class="muted none">{without()}</p>}>
        {(certificate) => (
          <>
            <Show when={failed()}>
              <p class="bad-text none" role="alert">
                <strong>This certificate does not verify. Do not rely on it.</strong>
              </p>
            </Show>
            <div class="certificate-columns">
              <Checks checks={props.verification?.checks ?? []} />
              <Facts
                rows={[
                  ['Outcome', OUTCOMES[certificate().outcome] + (certificate().settlement_price ?? '')],
                  ['Issued', `${stamp(certificate().issued_at, settings.zone(), true)} ${zoneName(settings.zone())}`],
                  ['Hash', certificate().hash],
                  ['Replaces', certificate().previous],
                  ['Key', certificate().key_id],
                  ...determined(),
                ]}
                figures
              />
            </div>
          </>
        )}
      </Show>
    </section>
  );
}
