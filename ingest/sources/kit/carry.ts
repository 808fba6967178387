/**
 * What an earlier answer of a sweep said and a later one needs (a measured block time, the chip behind a market's address) travels in
 * the fragment of the later request: a fragment is never sent, and it stays in the capture, so `parse` remains pure.
 */

/** The address with what it needs to know from before. */
export function carrying(url: string, facts: Record<string, string>): string {
  const address = new URL(url);
  address.hash = new URLSearchParams(facts).toString();
  return address.toString();
}

/** What an address carries; empty where it carries nothing. */
export function carried(url: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(new URL(url).hash.slice(1)));
}

/**
 * One fact that an address must carry.
 * @throws Error naming the fact, where it does not
 */
export function needCarried(url: string, name: string): string {
  const value = carried(url)[name];
  if (value === undefined) throw new Error(`the request does not carry "${name}" from an earlier answer of its sweep`);
  return value;
}
