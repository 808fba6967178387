/** Runs something at most once in a while, and always once after the last call: bursts of events cost one reading. */
export function throttled(run: () => void, milliseconds: number): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      run();
    }, milliseconds);
  };
}
