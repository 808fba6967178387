import { ZONES, zoneName } from '../parts/time';
import type { Action } from './actions';
import type { Terminal } from './context';
import { seriesOf } from './view';

interface Surroundings extends Pick<Terminal, 'router' | 'settings' | 'market'> {
  focusCommandLine: () => void;
  toggleHelp: () => void;
}

/** The actions that are always there: open a function, change a setting, find the command line. */
export function catalogue({ router, settings, market, focusCommandLine, toggleHelp }: Surroundings): Action[] {
  /** The series meant where none is named: the one on the screen, else the first that has a fix. */
  const meant = (series: string | undefined): string | undefined =>
    series ?? seriesOf(router.view()) ?? (market.indices.find((index) => index.latest) ?? market.indices[0])?.series;

  const open: Action[] = [
    {
      id: 'open.mon',
      title: 'Monitor of all series',
      group: 'Functions',
      words: ['MON'],
      run: () => router.go({ fn: 'MON' }),
    },
    {
      id: 'open.gp',
      title: 'Chart of a series',
      group: 'Functions',
      words: ['GP'],
      takes: 'series',
      run: (target) => {
        const series = meant(target.series);
        if (series) router.go({ fn: 'GP', series });
      },
    },
    {
      id: 'open.fix',
      title: 'One fix taken apart; with a date, that of the date',
      group: 'Functions',
      words: ['FIX'],
      takes: 'series',
      run: (target) => {
        const series = meant(target.series);
        if (series) router.go({ fn: 'FIX', series, date: target.date ?? null });
      },
    },
    {
      id: 'open.crv',
      title: 'Term structure of the class of a series',
      group: 'Functions',
      words: ['CRV'],
      takes: 'series',
      run: (target) => {
        const series = meant(target.series);
        router.go({ fn: 'CRV', hardwareClass: market.find(series ?? '')?.hardware_class ?? null });
      },
    },
    {
      id: 'open.spr',
      title: 'Spreads of the class of a series',
      group: 'Functions',
      words: ['SPR'],
      takes: 'series',
      run: (target) => {
        const found = target.series ? market.find(target.series) : undefined;
        router.go({ fn: 'SPR', pair: null }, found ? { filter: found.hardware_class } : {});
      },
    },
    {
      id: 'open.scu',
      title: 'What a unit of compute costs in each class',
      group: 'Functions',
      words: ['SCU'],
      run: () => router.go({ fn: 'SCU' }),
    },
    {
      id: 'open.heat',
      title: 'Price or capacity, class by region',
      group: 'Functions',
      words: ['HEAT'],
      run: () => router.go({ fn: 'HEAT' }),
    },
    {
      id: 'open.stl',
      title: 'Contracts and their settlement',
      group: 'Functions',
      words: ['STL'],
      run: () => router.go({ fn: 'STL', contract: null, month: null }),
    },
    {
      id: 'open.log',
      title: 'Transparency log: heads, leaves, and a place to check a bundle',
      group: 'Functions',
      words: ['LOG'],
      run: () => router.go({ fn: 'LOG' }),
    },
    {
      id: 'open.src',
      title: 'Sources and their health',
      group: 'Functions',
      words: ['SRC'],
      takes: 'source',
      run: (target) => router.go({ fn: 'SRC', source: target.source ?? null }),
    },
    {
      id: 'open.news',
      title: 'Notices: what was late, suspended, restated, disrupted or changed',
      group: 'Functions',
      words: ['NEWS'],
      run: () => router.go({ fn: 'NEWS', kind: null }),
    },
  ];
  const look: Action[] = [
    { id: 'theme.dark', title: 'Dark', group: 'Settings', words: ['DARK'], run: () => settings.setTheme('dark') },
    { id: 'theme.light', title: 'Light', group: 'Settings', words: ['LIGHT'], run: () => settings.setTheme('light') },
    ...ZONES.map((zone) => ({
      id: `zone.${zone}`,
      title: `Instants in ${zone}`,
      group: 'Settings',
      words: [zoneName(zone).toUpperCase().replaceAll(' ', '')],
      run: () => settings.setZone(zone),
    })),
  ];
  const line: Action[] = [
    {
      id: 'command',
      title: 'Command line; typing a name does the same',
      group: 'Keys',
      keys: ['/'],
      run: focusCommandLine,
    },
    { id: 'help', title: 'This help', group: 'Keys', words: ['HELP', '?'], keys: ['?'], run: toggleHelp },
  ];
  return [...open, ...look, ...line];
}
