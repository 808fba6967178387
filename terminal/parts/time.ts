/** Instants and dates set for reading, in the zone the reader chose. */

/** The zones offered; small on purpose: UTC, and those in which strikes are taken. */
export const ZONES = ['UTC', 'Europe/London', 'America/New_York', 'Asia/Singapore'] as const;
export type Zone = (typeof ZONES)[number];

const formats = new Map<string, Intl.DateTimeFormat>();

function parts(instant: Date, zone: string): Record<string, string> {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(instant).map((part) => [part.type, part.value]));
}

/** "UTC", "London", "New York": the zone in one short word. */
export function zoneName(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** "15:00:07" */
export function clock(instant: Date, zone: string): string {
  const p = parts(instant, zone);
  return `${p.hour}:${p.minute}:${p.second}`;
}

/** "2026-07-28 15:00" in the zone; with seconds where they matter. A text that is no instant is shown as it came. */
export function stamp(instant: string, zone: string, seconds = false): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return instant;
  const p = parts(date, zone);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}${seconds ? `:${p.second}` : ''}`;
}

/** "14 min ago", "3 h ago", "in 5 min": how far an instant is from now. */
export function ago(instant: string, now: number): string {
  const seconds = Math.round((now - new Date(instant).getTime()) / 1000);
  if (Number.isNaN(seconds)) return instant;
  const text = duration(Math.abs(seconds));
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}

/** "45 s", "14 min", "3 h", "5 d", with a thin space before the unit. */
export function duration(seconds: number): string {
  const unit = (value: number, name: string) => `${Math.floor(value)}\u2009${name}`;
  if (seconds < 60) return unit(seconds, 's');
  if (seconds < 3600) return unit(seconds / 60, 'min');
  if (seconds < 2 * 86400) return unit(seconds / 3600, 'h');
  return unit(seconds / 86400, 'd');
}

/** "23:15": how long something stood, in hours and minutes. */
export function stood(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return `${hours}:${String(minutes % 60).padStart(2, '0')}`;
}

/** A calendar date some days later, as text: no zone is involved. */
export function addDays(date: string, days: number): string {
  const instant = new Date(`${date}T00:00:00Z`);
  instant.setUTCDate(instant.getUTCDate() + days);
  return instant.toISOString().slice(0, 10);
}
