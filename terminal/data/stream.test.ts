import { expect, it } from 'vitest';
import { makeStream, type StreamHost } from './stream';

/** An EventSource that the test drives. */
class Source {
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  #hearers = new Map<string, (message: { data: string }) => void>();
  addEventListener(kind: string, hear: (message: { data: string }) => void) {
    this.#hearers.set(kind, hear);
  }
  send(kind: string, data: string) {
    this.#hearers.get(kind)?.({ data });
  }
  close() {
    this.closed = true;
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  fail(readyState: number) {
    this.readyState = readyState;
    this.onerror?.();
  }
}

function setUp() {
  const opened: Source[] = [];
  const delays: number[] = [];
  let pending: (() => void) | null = null;
  const log: string[] = [];
  const host: StreamHost = {
    open: () => {
      const source = new Source();
      opened.push(source);
      return source as unknown as EventSource;
    },
    later: (run, milliseconds) => {
      delays.push(milliseconds);
      pending = run;
      return () => {
        pending = null;
      };
    },
    random: () => 1,
  };
  const stream = makeStream(
    '/v1/stream',
    {
      state: (state) => log.push(state),
      event: (kind, data) => log.push(`${kind} ${JSON.stringify(data)}`),
      healed: () => log.push('healed'),
    },
    host,
  );
  return { opened, delays, log, stream, elapse: () => pending?.(), latest: () => opened.at(-1) as Source };
}

it('is live, says when it is not, and heals once it is again', () => {
  const { log, latest } = setUp();
  latest().open();
  latest().fail(0);
  latest().open();
  expect(log).toEqual(['connecting', 'live', 'reconnecting', 'live', 'healed']);
});

it('opens anew with growing delays after the browser gave up', () => {
  const { opened, delays, latest, elapse } = setUp();
  for (let attempt = 0; attempt < 7; attempt += 1) {
    latest().fail(2);
    elapse();
  }
  expect(delays).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  expect(opened).toHaveLength(8);
  expect(opened.slice(0, -1).every((source) => source.closed)).toBe(true);
});

it('drops one unreadable message and not the stream', () => {
  const { log, latest } = setUp();
  latest().open();
  latest().send('fix', '{');
  latest().send('hello', '{"simulated":true}');
  expect(log.at(-1)).toBe('hello {"simulated":true}');
});

it('closes for good', () => {
  const { stream, opened, latest, elapse } = setUp();
  latest().fail(2);
  stream.close();
  elapse();
  expect(opened).toHaveLength(1);
});
