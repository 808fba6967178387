import type { Cadence, FixHistory } from '#api/types';

interface Struck {
  date: string;
  strike: string;
}

/** What names a strike of a series, in addresses too: its local date, or its instant where a date has many. Both sort as they follow. */
export const strikeName = (cadence: Cadence, { date, strike }: Struck): string =>
  cadence === 'hourly' ? strike : date;

/** The names of the strikes of a history, in order. */
export const strikeNames = ({ cadence, date, strike }: FixHistory): string[] => (cadence === 'hourly' ? strike : date);

/** A strike's name for reading: "2026-07-28", or "2026-07-28 15:00" in UTC. */
export const strikeWords = (name: string): string => name.slice(0, 16).replace('T', ' ');
