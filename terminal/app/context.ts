import { type Accessor, createContext, onCleanup, useContext } from 'solid-js';
import type { SourcesAnswer, StreamEvents } from '#api/types';
import type { Market } from '../data/market';
import type { Query } from '../data/query';
import type { Connection } from '../data/stream';
import type { Action, Actions } from './actions';
import type { Router } from './router';
import type { Settings } from './settings';

/** What every view can reach. */
export interface Terminal {
  actions: Actions;
  router: Router;
  settings: Settings;
  market: Market;
  sources: Query<SourcesAnswer>;
  connection: Accessor<Connection>;
  /** Now, to the second. */
  now: Accessor<number>;
  /** Counts up whenever the connection came back and everything shown must be read again. */
  healed: Accessor<number>;
  /** Hears one kind of event until the view goes. */
  listen: <K extends keyof StreamEvents>(kind: K, hear: (data: StreamEvents[K]) => void) => void;
}

export const TerminalContext = createContext<Terminal>();

/** The terminal around a view. */
export function useTerminal(): Terminal {
  const terminal = useContext(TerminalContext);
  if (!terminal) throw new Error('a view stands outside the terminal');
  return terminal;
}

/** Registers a view's actions for as long as it is on the screen. */
export function useActions(actions: readonly Action[]): void {
  const { actions: registry } = useTerminal();
  onCleanup(registry.register(actions));
}
