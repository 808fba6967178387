import type { MiddlewareHandler } from 'hono';

/** The header with which every answer of a simulated market says what it is. A real one never sends it. */
export const SIMULATED_HEADER = 'CSI-Simulated';

/** With which the names of files begin that are downloaded from a simulated market, and titles. */
export const SIMULATED_PREFIX = 'SIMULATED';

/** Marks every answer: data, problems, pages and the stream. */
export const markSimulated: MiddlewareHandler = async (c, next) => {
  await next();
  c.res.headers.set(SIMULATED_HEADER, 'true');
};

/** The name of a file to download. */
export function fileName(simulated: boolean, name: string): string {
  return simulated ? `${SIMULATED_PREFIX}_${name}` : name;
}
