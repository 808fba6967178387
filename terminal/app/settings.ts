import { createEffect, createSignal } from 'solid-js';
import { ZONES, type Zone } from '../parts/time';

export type Theme = 'dark' | 'light';

/** Storage may be forbidden; the terminal then works without memory. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`csi.${name}`);
  } catch {
    return null;
  }
}

/** Keeps a setting for the next visit, where that is allowed. */
export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`csi.${name}`, value);
  } catch {
    // Forbidden storage costs the memory of this setting and nothing else.
  }
}

/** The reader's choices: theme and time zone. */
export function createSettings() {
  const [theme, setTheme] = createSignal<Theme>(recall('theme') === 'light' ? 'light' : 'dark');
  const recalled = recall('zone');
  const [zone, setZone] = createSignal<Zone>(ZONES.find((candidate) => candidate === recalled) ?? 'UTC');
  createEffect(() => {
    document.documentElement.dataset.theme = theme();
    keep('theme', theme());
  });
  createEffect(() => keep('zone', zone()));
  return { theme, setTheme, zone, setZone };
}

export type Settings = ReturnType<typeof createSettings>;
