import type { FixStatus, Level } from '#api/types';

/** How a level is drawn. One drawing for table, chart and text, by fill and never by colour. */
export type Mark = 'solid' | 'half' | 'hollow' | 'dashed' | 'struck';

/** The mark of a waterfall level: solid for transactions, half for executable, hollow for listed, dashed for carried, struck through for suspended. */
export function markOf(level: Level | null, status?: FixStatus): Mark {
  if (level === null || status === 'suspended') return 'struck';
  if (level <= 2) return 'solid';
  if (level === 3) return 'half';
  if (level === 4) return 'hollow';
  return 'dashed';
}

const WORDS: Record<Level, string> = {
  1: 'transactions in the window',
  2: 'transactions of the last 72 h',
  3: 'executable offers',
  4: 'executable and listed prices',
  5: 'previous fix moved by matched providers',
  6: 'previous fix carried forward',
};

/** What a level means, in words. */
export function levelWords(level: Level): string {
  return WORDS[level];
}

/** The text that stands for the mark where it cannot be seen. */
export function markText(level: Level | null, status?: FixStatus): string {
  if (level === null || status === 'suspended') return 'suspended, no value';
  return `level ${level}, ${WORDS[level]}`;
}

/** "suspended: 3 providers, 5 needed", whether or not the reason already says so. */
export function suspendedWords(reason: string | null): string {
  if (!reason) return 'suspended: no reason was published';
  return /^suspended\b/i.test(reason) ? reason : `suspended: ${reason}`;
}
