import { decimal, direction } from './number';

const ARROW = { '-1': '↓', '0': '\u2007', '1': '↑' } as const;

/** A change with sign, arrow and colour, so that colour never stands alone. */
export function Change(props: { value: string | null; places: number; arrow?: boolean }) {
  const way = () => direction(props.value);
  return (
    <span classList={{ up: way() > 0, down: way() < 0, flat: way() === 0 }}>
      {props.arrow ? <span aria-hidden="true">{ARROW[`${way()}`]}</span> : null}
      {props.value === null ? '' : decimal(props.value, props.places, true)}
    </span>
  );
}
