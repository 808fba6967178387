/** What to type where there is nothing to see yet. */
export const IMPORT_COMMAND = 'npm run -s csi -- import DIR';
export const REPLAY_COMMAND = 'npm run -s csi -- replay --from 2026-07-01 --to 2026-07-31';
