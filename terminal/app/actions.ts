import { createSignal } from 'solid-js';

/** What an action is done to, where it is done to something. */
export interface Target {
  series?: string;
  date?: string;
  source?: string;
}

/** Everything a person can do is one of these; keys, command line and links all dispatch it by its id. */
export interface Action {
  id: string;
  title: string;
  /** Where it is listed in the help. */
  group: string;
  /** Words that name it on the command line, in capitals. */
  words?: readonly string[];
  keys?: readonly string[];
  /** Where its keys mean it; elsewhere they are free for the command line. */
  when?: () => boolean;
  /** What it is done to; an action that takes nothing runs as it is. */
  takes?: 'series' | 'source';
  run: (target: Target) => void;
}

/** The registered actions; a view adds its own while it is on the screen. */
export function createActions() {
  const [all, setAll] = createSignal<readonly Action[]>([]);

  /** Adds actions; the returned function takes them away again. */
  const register = (actions: readonly Action[]): (() => void) => {
    setAll((before) => [...before, ...actions]);
    return () => setAll((before) => before.filter((action) => !actions.includes(action)));
  };

  /** The action of a key; the latest registered wins, so that a view may give a key its own meaning. */
  const ofKey = (key: string): Action | undefined =>
    all().findLast((action) => action.keys?.includes(key) && action.when?.() !== false);

  const dispatch = (id: string, target: Target = {}): boolean => {
    const action = all().findLast((candidate) => candidate.id === id);
    action?.run(target);
    return action !== undefined;
  };

  return { all, register, ofKey, dispatch };
}

export type Actions = ReturnType<typeof createActions>;
