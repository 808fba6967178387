import { expect, it } from 'vitest';
import { pathOf, type View, viewOf } from './view';

it('reads and writes every address', () => {
  const views: [string, View][] = [
    ['/mon', { fn: 'MON' }],
    ['/gp/CSI-H100-SXM-80', { fn: 'GP', series: 'CSI-H100-SXM-80' }],
    ['/fix/CSI-H100-SXM-80', { fn: 'FIX', series: 'CSI-H100-SXM-80', date: null }],
    ['/fix/CSI-H100-SXM-80.NC/2026-07-28', { fn: 'FIX', series: 'CSI-H100-SXM-80.NC', date: '2026-07-28' }],
    [
      '/fix/CSI-H100-SXM-80.H/2026-07-28T15%3A00%3A00.000Z',
      { fn: 'FIX', series: 'CSI-H100-SXM-80.H', date: '2026-07-28T15:00:00.000Z' },
    ],
    ['/crv', { fn: 'CRV', hardwareClass: null }],
    ['/crv/H100-SXM-80', { fn: 'CRV', hardwareClass: 'H100-SXM-80' }],
    ['/spr', { fn: 'SPR', pair: null }],
    ['/spr/CSI-B200-SXM-180/CSI-H100-SXM-80', { fn: 'SPR', pair: { a: 'CSI-B200-SXM-180', b: 'CSI-H100-SXM-80' } }],
    ['/scu', { fn: 'SCU' }],
    ['/heat', { fn: 'HEAT' }],
    ['/stl', { fn: 'STL', contract: null, month: null }],
    ['/stl/CSI-H100-SXM-80-BD', { fn: 'STL', contract: 'CSI-H100-SXM-80-BD', month: null }],
    ['/stl/CSI-H100-SXM-80-BD/2026-07', { fn: 'STL', contract: 'CSI-H100-SXM-80-BD', month: '2026-07' }],
    ['/log', { fn: 'LOG' }],
    ['/src', { fn: 'SRC', source: null }],
    ['/src/vast', { fn: 'SRC', source: 'vast' }],
    ['/news', { fn: 'NEWS', kind: null }],
    ['/news/source_silent', { fn: 'NEWS', kind: 'source_silent' }],
  ];
  for (const [path, view] of views) {
    expect(viewOf(path)).toEqual(view);
    expect(pathOf(view)).toBe(path);
  }
  expect(viewOf('/')).toEqual({ fn: 'MON' });
});

it('calls an address lost rather than guess', () => {
  for (const path of [
    '/nothing',
    '/gp',
    '/fix/A/2026-13-01',
    '/fix/A/2026-07-28T25:00:00.000Z',
    '/fix/A/B/C',
    '/mon/x',
    '/crv/A/B',
    '/spr/A',
    '/scu/A',
    '/heat/A',
    '/news/gossip',
    '/news/late/x',
    '/stl/A/2026-13',
    '/stl/A/2026-07/x',
    '/%zz',
  ]) {
    expect(viewOf(path)).toEqual({ fn: 'LOST', path });
  }
});
