import type { StreamEvents } from '#api/types';

export type Connection = 'connecting' | 'live' | 'reconnecting';

/** What the stream needs of EventSource and of time; a test hands in its own. */
export interface StreamHost {
  open: (url: string) => EventSource;
  later: (run: () => void, milliseconds: number) => () => void;
  random: () => number;
}

export interface StreamHandlers {
  state: (state: Connection) => void;
  event: <K extends keyof StreamEvents>(kind: K, data: StreamEvents[K]) => void;
  /** The connection is back after a loss: whatever was missed must be read again. */
  healed: () => void;
}

export interface Stream {
  /** Tries at once, for instance when the machine says it is online again. */
  retry: () => void;
  close: () => void;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
const KINDS: readonly (keyof StreamEvents)[] = ['hello', 'fix', 'source', 'notice', 'indicative'];

const browser: StreamHost = {
  open: (url) => new EventSource(url),
  later: (run, milliseconds) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/**
 * A Server-Sent Events client that heals. The browser itself reconnects after a dropped connection (and sends
 * Last-Event-ID); after an answer it takes for final, such as a 503, it gives up, and this opens a new one with
 * growing, jittered delays.
 */
export function makeStream(url: string, handlers: StreamHandlers, host: StreamHost = browser): Stream {
  let source: EventSource | null = null;
  let attempts = 0;
  let lost = false;
  let cancel: (() => void) | null = null;

  const connect = () => {
    cancel?.();
    cancel = null;
    source?.close();
    const current = host.open(url);
    source = current;
    current.onopen = () => {
      attempts = 0;
      handlers.state('live');
      if (lost) handlers.healed();
      lost = false;
    };
    current.onerror = () => {
      lost = true;
      handlers.state('reconnecting');
      const givenUp = current.readyState === 2;
      if (givenUp) schedule();
    };
    for (const kind of KINDS) {
      current.addEventListener(kind, (message) => {
        const data = parse(message as MessageEvent<string>);
        if (data !== null) handlers.event(kind, data as StreamEvents[typeof kind]);
      });
    }
  };

  const schedule = () => {
    const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempts);
    attempts += 1;
    cancel?.();
    cancel = host.later(connect, ceiling * (0.5 + host.random() / 2));
  };

  handlers.state('connecting');
  connect();
  return {
    retry: () => {
      if (source?.readyState !== 1) connect();
    },
    close: () => {
      cancel?.();
      source?.close();
    },
  };
}

/** One unreadable message is dropped, never the stream. */
function parse(message: MessageEvent<string>): unknown {
  try {
    return JSON.parse(message.data);
  } catch {
    return null;
  }
}
