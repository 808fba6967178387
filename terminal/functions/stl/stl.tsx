import './stl.css';
import { Show } from 'solid-js';
import { ContractsList } from './contracts-list';
import { Month } from './month';

/** STL: every contract, or a month of one: locked, open, range, certificate. */
export default function SettlementFunction(props: { contract: string | null; month: string | null }) {
  return (
    <Show when={props.contract} fallback={<ContractsList />} keyed>
      {(contract) => <Month contract={contract} month={props.month} />}
    </Show>
  );
}
