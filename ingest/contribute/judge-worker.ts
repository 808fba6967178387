import { parentPort, workerData } from 'node:worker_threads';
import { type JudgingAnswer, type JudgingTask, judgeHere } from '#ingest/contribute/judging';
import { openBlindingKey } from '#store/blinding';

/** The thread in which long segments are judged: see judging.ts. */
const { folder } = workerData as { folder: string };
const blind = openBlindingKey(folder);

parentPort?.on('message', async ({ id, task }: { id: number; task: JudgingTask }) => {
  const answer: JudgingAnswer = await judgeHere(task, blind).then(
    (segment) => ({ id, segment }),
    (error: Error) => ({ id, failure: error.message }),
  );
  // The long bytes are handed over, not copied.
  const handed = 'segment' in answer ? [answer.segment.rows, answer.segment.rowEnds, answer.segment.leaves] : [];
  parentPort?.postMessage(
    answer,
    handed.map((bytes) => bytes.buffer as ArrayBuffer),
  );
});
