import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Api } from '#api/app';

/** A server that listens. */
export interface RunningServer {
  port: number;
  /** Ends the streams, lets answers under way finish for a moment, and closes. */
  close(): Promise<void>;
}

/** How long answers under way may take to finish when the server stops. */
const GRACE_MS = 2000;
const IDLE_CHECK_MS = 20;

/** Why a port could not be taken, in one sentence. */
function whyNot(error: NodeJS.ErrnoException, port: number, hostname: string): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} is taken by another program: stop it, or choose another port with --port`;
    case 'EACCES':
      return `port ${port} may not be opened by this user: choose one above 1023 with --port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${hostname} is no address of this machine`;
    default:
      return `port ${port} could not be opened: ${error.message}`;
  }
}

/**
 * Serves the API. Port 0 takes any that is free.
 * @param hostname the address to listen on; without it only this machine can connect
 * @throws Error in one sentence where the port cannot be opened
 */
export async function startServer(
  { app, hub, contributions }: Api,
  port: number,
  hostname = '127.0.0.1',
): Promise<RunningServer> {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(whyNot(error, port, hostname))));
    server.listen(port, hostname, resolve);
  });
  // Should it fail, the next contribution opens it, and says why.
  void contributions.resume().catch(() => {});
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      hub.close();
      // A connection whose answer ends now falls idle, and would be kept open for the next request.
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
      const force = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearInterval(idle);
      clearTimeout(force);
      await contributions.close();
    },
  };
}
