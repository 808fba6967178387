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
      id: 'open.src',
      title: 'Sources and their health',
      group: 'Functions',
      words: ['SRC'],
      takes: 'source',
      run: (target) => router.go({ fn: 'SRC', source: target.source ?? null }),
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
