// A worker of the laboratory: runs jobs through tsx, as bin/csi.mjs runs the command.
import { parentPort } from 'node:worker_threads';
import { tsImport } from 'tsx/esm/api';

const { runJob } = await tsImport('./lab-job.ts', import.meta.url);
parentPort.on('message', (job) => parentPort.postMessage(runJob(job)));
parentPort.postMessage(null);
