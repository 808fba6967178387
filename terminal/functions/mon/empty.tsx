import { Go } from '../../app/go';
import { IMPORT_COMMAND, REPLAY_COMMAND } from '../../parts/commands';

/** Why the monitor is empty, and what to do about it. */
export function EmptyMonitor() {
  return (
    <section class="notice">
      <p>
        <strong>No series has a fix yet.</strong> A fix is computed from observations, and none have been read for a
        strike so far.
      </p>
      <p>
        To load an archive of captures: <code class="mono">{IMPORT_COMMAND}</code>
      </p>
      <p>
        then compute the fixes of its days: <code class="mono">{REPLAY_COMMAND}</code>
      </p>
      <p>
        <Go to={{ fn: 'SRC', source: null }}>SRC</Go> says which sources have been read, and why the others have not.
        Fixes appear here as they are published.
      </p>
    </section>
  );
}
