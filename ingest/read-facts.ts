import { excerptOf } from '#ingest/shape';
import type { Rejection } from '#ingest/source';
import type { Capture } from '#store/observation';

/** A fact as a page states it, under the name by which a sweep may state it once. */
export interface Stated<Fact> {
  key: string;
  native_id: string;
  /** Its identity: the order of facts under one key must not depend on that of the page. */
  id: string;
  /** What it says that another statement of it must say as well. */
  says: string;
  fact: Fact;
}

/** What the pages of a sweep state of one kind of fact, without repeats. */
export interface Settled<Fact> {
  kept: { fact: Fact; capture: Capture }[];
  conflicts: { capture: Capture; rejection: Rejection }[];
}

/**
 * Settles what pages state twice. A key under which one page says two things says neither: all its statements are refused, whatever their
 * order. Pages overlap: a repeat on a later page is no news, and one that differs is refused, for the first was true when it was read.
 */
export function settle<Fact>(pages: readonly { capture: Capture; stated: readonly Stated<Fact>[] }[]): Settled<Fact> {
  const kept = new Map<string, { says: string; fact: Fact; capture: Capture }>();
  const conflicts: Settled<Fact>['conflicts'] = [];
  for (const { capture, stated } of pages) {
    const byKey = new Map<string, Stated<Fact>[]>();
    for (const one of stated) {
      const same = byKey.get(one.key);
      if (same) same.push(one);
      else byKey.set(one.key, [one]);
    }
    const conflict = (all: readonly string[], { native_id, fact }: Stated<Fact>) => {
      const detail = `rows under this one id disagree: ${[...new Set(all)].join(' and ')}`;
      const rejection = { reason: 'duplicate.in_sweep', detail, native_id, excerpt: excerptOf(fact) };
      conflicts.push({ capture, rejection });
    };
    for (const [key, same] of byKey) {
      const [first, ...others] = same.sort((a, b) => (a.id < b.id ? -1 : 1));
      if (!first) continue;
      if (others.some((other) => other.says !== first.says)) {
        for (const one of same)
          conflict(
            same.map(({ says }) => says),
            one,
          );
        continue;
      }
      const before = kept.get(key);
      if (!before) kept.set(key, { says: first.says, fact: first.fact, capture });
      else if (before.says !== first.says) conflict([before.says, first.says], first);
    }
  }
  return { kept: [...kept.values()].map(({ fact, capture }) => ({ fact, capture })), conflicts };
}
