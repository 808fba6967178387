import { describe, expect, it } from 'vitest';
import type { CapacityBoardAnswer } from '#api/types';
import type { Index } from '../../data/market';
import { capacityRows, priceRows } from './cells';

const index = (series: string, value: string | null): Index =>
  ({
    series,
    hardware_class: series.replace('CSI-', '').replace(/\..*/, ''),
    latest: { value, reason: value === null ? 'too few' : null },
  }) as Index;

describe('the heat map', () => {
  it('shades the price of a class by its own regions, and says why there is none', () => {
    const rows = priceRows([
      index('CSI-H100-SXM-80', '3.0000'),
      index('CSI-H100-SXM-80.US', '2.0000'),
      index('CSI-H100-SXM-80.EU', '4.0000'),
      index('CSI-H100-SXM-80.APAC', null),
      index('CSI-T4-16', null),
    ]);
    expect(rows.map((row) => row.hardwareClass)).toEqual(['H100-SXM-80']);
    const { cells } = rows[0]!;
    expect([cells.US.strength, cells.EU.strength, cells.ALL.strength]).toEqual([0, 1, 0]);
    expect(cells.APAC).toMatchObject({ text: null, reason: 'too few' });
    expect(cells.EU.series).toBe('CSI-H100-SXM-80.EU');
  });

  it('leaves unknown capacity empty, for it is not 0', () => {
    const none = {
      offered: null,
      free: null,
      rented: null,
      utilisation: null,
      utilisation_share: null,
      stranded: null,
      stranded_share: null,
    };
    const answer = {
      classes: [
        {
          hardware_class: 'H100-SXM-80',
          total: { ...none, free: 12, utilisation: '0.250000' },
          regions: { US: { ...none, free: 12 }, EU: { ...none, free: 0 }, APAC: none, OTHER: none, UNKNOWN: none },
        },
      ],
    } as unknown as CapacityBoardAnswer;
    const [free] = capacityRows(answer, 'free');
    expect([free?.cells.ALL.text, free?.cells.EU.text, free?.cells.APAC.text]).toEqual(['12', '0', null]);
    expect([free?.cells.US.strength, free?.cells.EU.strength]).toEqual([1, 0]);
    expect(capacityRows(answer, 'utilisation')[0]?.cells.ALL.text).toBe('25');
  });
});
