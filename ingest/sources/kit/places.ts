import { countries, isCountry } from '#methodology/regions';

const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const codeByName = new Map(countries().map((code) => [names.of(code)?.toLowerCase() ?? code, code]));

/** The country with this English name ("United Kingdom") or code ("GB"), or null. Exact, save for capitals. */
export function countryNamed(text: string | null | undefined): string | null {
  const stated = text?.trim() ?? '';
  if (isCountry(stated.toUpperCase())) return stated.toUpperCase();
  return codeByName.get(stated.toLowerCase()) ?? null;
}

/** The country a place name begins with: "gb-bournemouth-1", "US, Wichita, KS"; null where it begins with none. */
export function leadingCountry(text: string): string | null {
  const first = /^[A-Za-z]{2}(?![A-Za-z])/.exec(text.trim())?.[0].toUpperCase() ?? '';
  return isCountry(first) ? first : null;
}
