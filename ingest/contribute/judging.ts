import { Worker } from 'node:worker_threads';
import { makeGrading, type Trusted } from '#ingest/contribute/attest';
import { sourceIdOf } from '#ingest/contribute/judge';
import { type RawRecord, sealRecords } from '#ingest/contribute/seal';
import { makeSegment, type Segment, type SegmentPlace } from '#ingest/contribute/segment';
import { type Blind, openBlindingKey } from '#store/blinding';

/** What is to be judged: lines as they came, and whom to believe. */
export interface JudgingTask {
  place: SegmentPlace;
  records: readonly RawRecord[];
  trusted: Trusted;
}

/** Judges lines: checks, blinds, grades, identifies and admits them, and hashes their leaves. */
export interface Judging {
  judge(task: JudgingTask): Promise<Segment>;
  close(): Promise<void>;
}

/** What the thread answers. */
export type JudgingAnswer = { id: number } & ({ segment: Segment } | { failure: string });

/** More lines than this are worth a thread of their own: below it, handing them over costs as much as judging them. */
const LINES_IN_PLACE = 500;
/** Judging costs several times what storing does: two threads keep pace with the store. */
const THREADS = 2;
/** Lines of a segment live until it is judged: a small young generation would copy each of them several times. */
const YOUNG_GENERATION_MB = 128;

const script = new URL('./judge-thread.mjs', import.meta.url);

/** Judges a segment in this thread. */
export async function judgeHere({ place, records, trusted }: JudgingTask, blind: Blind): Promise<Segment> {
  const grade = makeGrading(trusted, sourceIdOf(place.speaker.contributor));
  return makeSegment(place, await sealRecords(records, blind, grade));
}

/**
 * Opens the judging of contributions over a data folder, whose blinding key it uses. Long segments are judged in a thread of their own,
 * so that who reads the index does not wait for who contributes to it; a thread that dies fails what it had in hand and is replaced.
 */
export function openJudging(folder: string): Judging {
  const blind = openBlindingKey(folder);
  const threads = Array.from({ length: THREADS }, () => makeThread(folder));
  let next = 0;
  return {
    async judge(task) {
      if (task.records.length <= LINES_IN_PLACE) return judgeHere(task, blind);
      next = (next + 1) % THREADS;
      return (threads[next] as Judging).judge(task);
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

/** One thread, started at its first task. */
function makeThread(folder: string): Judging {
  const waiting = new Map<number, { resolve(segment: Segment): void; reject(error: Error): void }>();
  let thread: Worker | null = null;
  let tasks = 0;

  function start(): Worker {
    const started = new Worker(script, {
      execArgv: [],
      workerData: { folder },
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    started.on('message', (answer: JudgingAnswer) => {
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (waiting.size === 0) started.unref();
      if ('segment' in answer) asked?.resolve(answer.segment);
      else asked?.reject(new Error(answer.failure));
    });
    const gone = (why: string) => {
      if (thread === started) thread = null;
      for (const asked of waiting.values()) asked.reject(new Error(`the thread that judges lines ended: ${why}`));
      waiting.clear();
    };
    started.on('error', (error) => gone((error as Error).message));
    started.on('exit', (code) => gone(`code ${code}`));
    return started;
  }

  return {
    judge(task) {
      thread ??= start();
      const asked = thread;
      tasks += 1;
      const id = tasks;
      return new Promise<Segment>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        asked.ref();
        asked.postMessage({ id, task });
      });
    },
    close: async () => {
      await thread?.terminate();
    },
  };
}
