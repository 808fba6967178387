import { ProblemError } from '#api/problem';
import type { StreamEvents } from '#api/types';

/** What is published to everyone; `hello` is said to each client alone. */
export type PublishedEvent = Exclude<keyof StreamEvents, 'hello'>;

/** One client's request for the stream. */
export interface StreamRequest {
  hello: StreamEvents['hello'];
  /** The `Last-Event-ID` header: the client has everything up to this event. */
  lastEventId: string | undefined;
  /** Breaks the connection of a client that does not keep up: closing a stream does not reach one that reads nothing. */
  drop: () => void;
}

/** The stream's hub: whoever has news publishes it here, and every connected client gets it. */
export interface Hub {
  /** @returns the id of the event, `<boot>-<n>` */
  publish<Event extends PublishedEvent>(event: Event, data: StreamEvents[Event]): string;
  /** @throws ProblemError where too many clients are connected */
  open(request: StreamRequest): ReadableStream<Uint8Array>;
  readonly clients: number;
  /** Ends every stream. */
  close(): void;
}

export interface HubLimits {
  /** Events kept for `Last-Event-ID`; a client further behind is dropped. */
  ring: number;
  clients: number;
  heartbeatMs: number;
  /** Most bytes handed to a client at once. */
  chunkBytes: number;
}

const defaultLimits: HubLimits = { ring: 1000, clients: 1000, heartbeatMs: 15_000, chunkBytes: 65_536 };
/** How long a browser waits before it connects again. */
const RETRY_MS = 2000;

interface Client {
  /** Number of the next event it gets. */
  next: number;
  beat: boolean;
  ended: boolean;
  wake: () => void;
  drop: () => void;
}

/**
 * Makes a hub. Events stand once in a ring that all clients share; a client is a position in it, so its queue is bounded by the ring and
 * costs nothing. Streams are pulled: a client that reads slowly is asked for no more than it takes, and dropped when the ring has passed it.
 * @param boot tells the events of this process from those of the one before
 */
export function makeHub(boot: string, limits: Partial<HubLimits> = {}): Hub {
  const { ring, clients: mostClients, heartbeatMs, chunkBytes } = { ...defaultLimits, ...limits };
  const encoder = new TextEncoder();
  const frames: string[] = [];
  const clients = new Set<Client>();
  let head = 0;
  let heartbeat: NodeJS.Timeout | undefined;
  let closed = false;
  const oldest = () => head - frames.length + 1;

  const join = (client: Client) => {
    clients.add(client);
    heartbeat ??= setInterval(() => {
      for (const one of clients) {
        one.beat = true;
        one.wake();
      }
    }, heartbeatMs).unref();
  };
  const leave = (client: Client) => {
    client.ended = true;
    client.wake();
    if (!clients.delete(client) || clients.size > 0) return;
    clearInterval(heartbeat);
    heartbeat = undefined;
  };

  /** Where a client goes on: after its last event where that is still in the ring, otherwise after the newest. */
  const positionAfter = (lastEventId: string | undefined) => {
    const match = /^([\w]+)-(\d{1,15})$/.exec(lastEventId ?? '');
    const last = Number(match?.[2]);
    return match?.[1] === boot && last >= oldest() - 1 && last <= head ? last + 1 : head + 1;
  };

  /** What a client has not got yet, as much as one chunk takes; empty where it has everything. */
  const pending = (client: Client) => {
    let text = '';
    for (; client.next <= head && text.length < chunkBytes; client.next += 1) text += frames[client.next - oldest()];
    if (text === '' && client.beat) text = ':\n\n';
    client.beat = false;
    return text;
  };
  const isPassed = (client: Client) => client.next < oldest();

  /** The next chunk for a client, or null where its stream is over. */
  const chunkFor = async (client: Client): Promise<string | null> => {
    for (;;) {
      if (client.ended || isPassed(client)) return null;
      const text = pending(client);
      if (text !== '') return text;
      await new Promise<void>((resolve) => {
        client.wake = resolve;
      });
    }
  };

  return {
    get clients() {
      return clients.size;
    },
    publish: (event, data) => {
      head += 1;
      const id = `${boot}-${head}`;
      frames.push(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      if (frames.length > ring) frames.shift();
      for (const client of clients) {
        client.wake();
        if (isPassed(client)) {
          leave(client);
          client.drop();
        }
      }
      return id;
    },
    open: ({ hello, lastEventId, drop }) => {
      if (closed || clients.size >= mostClients) {
        const detail = closed ? 'the server is stopping' : `${clients.size} streams are open already`;
        throw new ProblemError('too-many-streams', detail, { expected: 'a new try in 10 s' }, { 'Retry-After': '10' });
      }
      const client: Client = { next: positionAfter(lastEventId), beat: false, ended: false, wake: () => {}, drop };
      // The id of `hello` is the position the stream goes on from: other than the Last-Event-ID sent, something was missed.
      const position = `${boot}-${client.next - 1}`;
      const greeting = `retry: ${RETRY_MS}\nid: ${position}\nevent: hello\ndata: ${JSON.stringify(hello)}\n\n`;
      let greeted = false;
      let cancelled = false;
      return new ReadableStream<Uint8Array>(
        {
          pull: async (controller) => {
            // Joined at the first pull, before anything is awaited: a HEAD request never pulls, and so leaves no client behind.
            if (!greeted) join(client);
            const text = greeted ? await chunkFor(client) : greeting;
            greeted = true;
            if (text !== null && !cancelled) controller.enqueue(encoder.encode(text));
            if (text !== null || cancelled) return;
            leave(client);
            controller.close();
          },
          cancel: () => {
            cancelled = true;
            leave(client);
          },
        },
        { highWaterMark: 0 },
      );
    },
    close: () => {
      closed = true;
      for (const client of [...clients]) leave(client);
    },
  };
}
