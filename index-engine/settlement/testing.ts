import type { SettlementFix } from '#index-engine/settlement/placed';
import { monthSchedule } from '#index-engine/settlement/schedule';
import { sha256 } from '#methodology/canonical';
import type { Contract } from '#methodology/contracts';

/** A published fix of level 4 for a test. */
export function fixAt(strike: string, value: string | null, facts: Partial<SettlementFix> = {}): SettlementFix {
  const at = new Date(strike);
  const revision = facts.revision ?? 0;
  return {
    strike: at,
    revision,
    value,
    level: value === null ? null : 4,
    reason: value === null ? '2 providers, 5 needed' : null,
    hash: sha256(`${strike}#${revision}`),
    publishedAt: new Date(at.getTime() + 900_000),
    simulated: false,
    methodology: { version: '1.0', sha256: 'f'.repeat(64) },
    ...facts,
  };
}

/** A fix for every stamp of a month, the first at `first` and each a ten-thousandth dearer than the one before. */
export function fixesOf(terms: Contract, month: string, first = 28_000): SettlementFix[] {
  return monthSchedule(terms, month).stamps.map(({ strike }, index) =>
    fixAt(strike, ((first + index) / 10_000).toFixed(4)),
  );
}
