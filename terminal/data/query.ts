import { type Accessor, createEffect, createSignal, on, onCleanup, untrack } from 'solid-js';

export interface Query<T> {
  data: Accessor<T | undefined>;
  error: Accessor<Error | undefined>;
  loading: Accessor<boolean>;
  /** Asks again and keeps what is shown until the answer is there. */
  refetch: () => void;
}

/**
 * Reads something that depends on a key. A new key empties the view at once, so that one series' numbers never stand
 * under another's name; a refetch of the same key does not, so that nothing flickers.
 */
export function createQuery<K, T>(
  key: Accessor<K | null>,
  read: (key: K, signal: AbortSignal) => Promise<T>,
): Query<T> {
  const [data, setData] = createSignal<T>();
  const [error, setError] = createSignal<Error>();
  const [loading, setLoading] = createSignal(false);
  let running: AbortController | null = null;

  const load = async (at: K) => {
    running?.abort();
    const controller = new AbortController();
    running = controller;
    setLoading(true);
    try {
      const answer = await read(at, controller.signal);
      if (controller.signal.aborted) return;
      setError(undefined);
      setData(() => answer);
    } catch (cause) {
      if (controller.signal.aborted) return;
      // A reading again that fails leaves what is shown; the title bar says that the connection is lost.
      if (untrack(data) === undefined) setError(cause instanceof Error ? cause : new Error(String(cause)));
    }
    setLoading(false);
  };

  createEffect(
    on(key, (at) => {
      setData(undefined);
      setError(undefined);
      if (at === null) {
        running?.abort();
        setLoading(false);
      } else void load(at);
    }),
  );
  onCleanup(() => running?.abort());

  const refetch = () => {
    const at = key();
    if (at !== null) void load(at);
  };
  return { data, error, loading, refetch };
}
