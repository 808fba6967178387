import { type HTMLElement, parse } from 'node-html-parser';

/**
 * Reads a page that came whole.
 * @throws Error where its end is missing: a table cut short would print half a price
 */
export function wholePage(text: string): HTMLElement {
  if (!/<\/html>\s*$/i.test(text)) {
    throw new Error(
      `the page is not whole HTML: ${text.length} characters ending in ${JSON.stringify(text.slice(-40))}`,
    );
  }
  return parse(text, { comment: false });
}

/** The text of an element as a reader sees it: one space between words, no edges. */
export function textOf(element: HTMLElement | null | undefined): string {
  return (element?.text ?? '').replaceAll(/[\s\u00a0]+/g, ' ').trim();
}

/** Words that stand where a price would and say that there is none. */
const NO_PRICE = /^(contact (us|sales)|talk to our team|n\/a|[—–-]*|sold out|coming soon)$/i;

/**
 * A price as a page prints it ("$4.29/GPU-hr" with the suffix given), null where the page says in words that there is none.
 * @throws Error for anything else: a cell nobody foresaw is no price
 */
export function dollars(cell: string, suffix = ''): string | null {
  if (NO_PRICE.test(cell)) return null;
  const match = /^\$ ?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(.*)$/.exec(cell);
  if (!match || match[2]?.trim() !== suffix) throw new Error(`${JSON.stringify(cell.slice(0, 60))} is no price`);
  return (match[1] ?? '').replaceAll(',', '');
}

/**
 * Makes sure a table still has the columns it was read with.
 * @throws Error naming both, where it has not
 */
export function expectColumns(what: string, found: readonly string[], pinned: readonly string[]): void {
  if (found.join(' | ') !== pinned.join(' | ')) {
    throw new Error(`${what} has the columns "${found.join(' | ')}" where "${pinned.join(' | ')}" were pinned`);
  }
}

/**
 * JSON that a page embeds in escaped text (as frameworks stream their data): from the bracket after `marker` to its partner.
 * @throws Error where the marker or the end is missing
 */
export function embeddedJson(text: string, marker: string): unknown {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`the page has no ${JSON.stringify(marker)}`);
  const plain = text
    .slice(at + marker.length)
    .replaceAll('\\"', '"')
    .replaceAll('\\\\', '\\');
  let depth = 0;
  let inString = false;
  for (let index = 0; index < plain.length; index += 1) {
    const character = plain[index];
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') {
      depth -= 1;
      if (depth === 0) return JSON.parse(plain.slice(0, index + 1));
    }
  }
  throw new Error(`the data after ${JSON.stringify(marker)} has no end`);
}
