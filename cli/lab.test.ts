import { describe, expect, it } from 'vitest';
import { labCommand } from '#cli/lab';
import { DAYS_BEFORE } from '#cli/lab-job';
import { attacks } from '#index-engine/lab/attacks';
import type { LabReport } from '#index-engine/lab/report';

const small = { data: './data', seeds: '7', days: '2', attacked: '0', rulesTried: false, json: true };

describe('csi lab', () => {
  it('runs a simulated market through workers, and every estimator has a value at two strikes', async () => {
    const { json, text } = await labCommand(small);
    const { markets, ours } = json as LabReport;
    const [simulated] = markets;
    expect(simulated?.strikes).toBe(8);
    for (const one of simulated?.tracking ?? []) {
      expect(one.missing, one.estimator).toBe(0);
      expect(one.atStrike?.error).toBeGreaterThanOrEqual(0);
    }
    expect(simulated?.tracking).toHaveLength(3 * (9 + ours.length));
    expect(text).toBe('');
  }, 180_000);

  it('has as many days up to the first as the longest attack takes', () => {
    expect(Math.max(...attacks.map(({ days }) => days))).toBeLessThanOrEqual(DAYS_BEFORE + 1);
  });

  it('says what it cannot run', async () => {
    await expect(labCommand({ ...small, days: 'many' })).rejects.toThrow('--days must be a whole number from 1 on');
    await expect(labCommand({ ...small, with: ['nowhere.json'] })).rejects.toThrow('nowhere.json is no file');
  });
});
