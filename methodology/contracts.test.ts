import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contract, contractHash, contractSchema, contracts, contractsSchema } from '#methodology/contracts';
import { parseReference } from '#methodology/reference';
import { rulebooks } from '#methodology/rulebook';
import { seriesCatalogue } from '#methodology/series';

const file = () => JSON.parse(readFileSync(new URL('./contracts.json', import.meta.url), 'utf8'));

/** Terms never change under an id once anybody may have traded it: other terms are another contract, with a suffix of its own. */
const frozen = {
  'CSI-H100-SXM-80-BD': '4f113509032b3028292f3e9e3df57f073b609e200bcff75528ca87342aef75d1',
  'CSI-H100-SXM-80-CD': '94839065d7a2a4882a4073843b1cb2b6af484934ba1a02b1f472d6ed206ea8a7',
  'CSI-H100-SXM-80-HM': 'eae17badbafe6bf1c3d978a7a272f2c7d3100d7a411fa6bc7da586cf9a859edb',
};

describe('the contracts', () => {
  it('are three forms of four classes, each on a series that exists and is struck as often as it asks', () => {
    expect(contracts()).toHaveLength(12);
    const newest = rulebooks().at(-1);
    if (!newest) throw new Error('no rulebook');
    const series = new Map(seriesCatalogue(newest.rulebook).map((one) => [one.id, one]));
    for (const { id, series: averaged, average } of contracts()) {
      const cadence = average.every === 'hour' ? 'hourly' : 'daily';
      expect(series.get(averaged)?.cadence, id).toBe(cadence);
    }
  });

  it('are the forms that exchanges filed and announced', () => {
    expect(contract('CSI-H100-SXM-80-BD')).toMatchObject({
      series: 'CSI-H100-SXM-80',
      quantity: { rule: 'fixed', gpu_hours: 730 },
      tick: '0.01',
    });
    expect(contract('CSI-H100-SXM-80-CD')).toMatchObject({ quantity: { rule: 'month_hours' }, tick: '0.001' });
    expect(contract('CSI-H100-SXM-80-HM')).toMatchObject({ series: 'CSI-H100-SXM-80.H', tick: '0.01' });
    expect(contract('csi-h100-sxm-80-bd')).toBeUndefined();
  });

  it('never change under an id', () => {
    for (const [id, hash] of Object.entries(frozen)) {
      const terms = contract(id);
      expect(terms && contractHash(terms), id).toBe(hash);
    }
  });

  it('are frozen, deep, and read again from what a certificate quotes', () => {
    for (const terms of contracts()) {
      expect(Object.isFrozen(terms.bands)).toBe(true);
      expect(contractSchema.parse(JSON.parse(JSON.stringify(terms)))).toEqual(terms);
    }
  });

  it.each<[string, (data: ReturnType<typeof file>) => void, RegExp]>([
    [
      'a calendar',
      (data) => Object.assign(data.forms[0].average, { calendar: 'tokyo' }),
      /row 1, field average, field calendar: the id of a calendar/,
    ],
    [
      'a zone',
      (data) => Object.assign(data.forms[1], { time_zone: 'Mars/Base' }),
      /row 2, field time_zone: a zone of the database/,
    ],
    [
      'a class',
      (data) => data.hardware_classes.push('H999'),
      /field hardware_classes, row 5: the id of a hardware class/,
    ],
    ['a tick', (data) => Object.assign(data.forms[2], { tick: '1e-2' }), /row 3, field tick/],
    ['a share', (data) => Object.assign(data.forms[2].bands[0], { minimum_coverage: '98' }), /minimum_coverage/],
    ['a form twice', (data) => data.forms.push(data.forms[0]), /two forms share a suffix/],
    ['a term unknown', (data) => Object.assign(data.forms[0], { multiplier: 2 }), /multiplier/],
  ])('refuse in words: %s', (_, change, problem) => {
    const data = file();
    change(data);
    expect(() => parseReference('contracts.json', data, contractsSchema)).toThrow(problem);
  });
});
