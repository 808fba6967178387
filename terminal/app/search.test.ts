import { expect, it } from 'vitest';
import { type Findable, score, search } from './search';

const item = (id: string, weight = 5): Findable => ({ id, name: id, words: [], weight });
const ids = (query: string, items: Findable[]) => search(query, items, 10).map((found) => found.id);

it('prefers whole tokens, so that H20 is not H200 and A10 not A100', () => {
  const all = [
    'CSI-A100-SXM-80',
    'CSI-A10-PCIE-24',
    'CSI-H200-SXM-141',
    'CSI-H20-SXM-96',
    'CSI-GB200-NVL-186',
    'CSI-B200-SXM-180',
  ].map((id) => item(id));
  expect(ids('h20', all)[0]).toBe('CSI-H20-SXM-96');
  expect(ids('A10', all)).toEqual(['CSI-A10-PCIE-24', 'CSI-A100-SXM-80']);
  expect(ids('b200', all)[0]).toBe('CSI-B200-SXM-180');
});

it('puts the headline before its segments, and what has a value before what has none', () => {
  expect(ids('H100', [item('CSI-H100-SXM-80.NC'), item('CSI-H100-SXM-80'), item('CSI-H100-PCIE-80', 0)])).toEqual([
    'CSI-H100-SXM-80',
    'CSI-H100-SXM-80.NC',
    'CSI-H100-PCIE-80',
  ]);
});

it('wants every word', () => {
  expect(score('H100 nvl', item('CSI-H100-SXM-80'))).toBe(0);
  expect(ids('h100 sx', [item('CSI-H100-SXM-80'), item('CSI-A100-SXM-80')])).toEqual(['CSI-H100-SXM-80']);
});

it('finds an exact id first', () => {
  expect(ids('csi-h100-sxm-80.nc', [item('CSI-H100-SXM-80'), item('CSI-H100-SXM-80.NC')])[0]).toBe(
    'CSI-H100-SXM-80.NC',
  );
});
