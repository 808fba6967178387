import { CannotRun } from '#cli/output';

export async function serveCommand(_options: { data: string; port: string; collect: boolean }): Promise<void> {
  throw new CannotRun('not yet');
}
