import { createRoute, z } from '@hono/zod-openapi';
import { cacheFor, isCurrent } from '#api/conditional';
import type { ApiContext } from '#api/context';
import { makeRoutes, noQuery, query } from '#api/parameters';
import { ProblemError } from '#api/problem';
import {
  consistencyAnswer,
  gossipAnswer,
  inclusionAnswer,
  logHeadAnswer,
  logKeysAnswer,
  logLeavesAnswer,
} from '#api/schemas/log';
import { json, notModified, problems } from '#api/schemas/operations';
import { fileName } from '#api/simulated';
import type { ConsistencyAnswer, InclusionAnswer, LogHeadAnswer, LogKeysAnswer, LogLeavesAnswer } from '#api/types';
import { firstKeyOf, gossipOf } from '#index-engine/log/export';
import { gossipText } from '#index-engine/log/gossip';
import { signedHead } from '#index-engine/log/proof';
import { KEY_ROTATION } from '#methodology/log-records';
import { consistencyPath, inclusionPath } from '#methodology/merkle';
import { headCovering, headOfSize, logIdIn, newestHead, treeHeadOf } from '#store/ledger/heads';
import { allKeys } from '#store/ledger/keys';
import { signedRecordsOf } from '#store/ledger/log';
import { leafByHash, leavesBetween, logSize } from '#store/ledger/log-reads';
import { logTree } from '#store/ledger/log-tree';

const LEAVES_DEFAULT = 100;
const LEAVES_MAX = 1000;
const tags = ['Proof'];

/** A size or an index of the log in a query. */
const whole = (least: number, description: string) => {
  const error = `a whole number from ${least}, at most the size of the log`;
  return z
    .string({ error })
    .regex(/^\d{1,15}$/, error)
    .transform(Number)
    .pipe(z.int({ error }).min(least, error))
    .optional()
    .openapi({ type: 'integer', minimum: least, description });
};
const hashError = 'a SHA-256 as 64 lower-case hexadecimal digits';

const head = createRoute({
  method: 'get',
  path: '/v1/log/head',
  tags,
  summary: 'The newest signed tree head of the transparency log (RFC 6962)',
  request: { query: noQuery },
  responses: { ...json('The head.', logHeadAnswer), ...notModified, ...problems },
});
const leaves = createRoute({
  method: 'get',
  path: '/v1/log/leaves',
  tags,
  summary: 'Leaves of the log by their place, half-open [from, to)',
  request: {
    query: query({
      from: whole(0, 'First leaf, included; 0 without.'),
      to: whole(
        0,
        `Last leaf, not included; ${LEAVES_DEFAULT} after the first without, and never more than ${LEAVES_MAX}.`,
      ),
    }),
  },
  responses: { ...json('The leaves in their order.', logLeavesAnswer), ...notModified, ...problems },
});
const inclusion = createRoute({
  method: 'get',
  path: '/v1/log/proof/inclusion',
  tags,
  summary: 'Proof that a record is in the log',
  request: {
    query: query({
      hash: z
        .string({ error: hashError })
        .regex(/^[0-9a-f]{64}$/, hashError)
        .openapi({ description: "SHA-256 of the record's canonical text: a fix's `hash`." }),
      size: whole(1, 'Under the tree of so many leaves; under the first head that covers the record without.'),
    }),
  },
  responses: { ...json('The audit path, and the head it leads to.', inclusionAnswer), ...notModified, ...problems },
});
const consistency = createRoute({
  method: 'get',
  path: '/v1/log/proof/consistency',
  tags,
  summary: 'Proof that the log only grew between two sizes',
  request: {
    query: query({
      first: whole(1, 'Size of the earlier tree; 1 without.'),
      second: whole(1, 'Size of the later tree; that of the newest head without.'),
    }),
  },
  responses: { ...json('The proof, and both roots.', consistencyAnswer), ...notModified, ...problems },
});
const keys = createRoute({
  method: 'get',
  path: '/v1/log/keys',
  tags,
  summary: 'The key that the log began with, and every rotation, signed by the key before',
  request: { query: noQuery },
  responses: { ...json('The keys.', logKeysAnswer), ...problems },
});
const gossip = createRoute({
  method: 'get',
  path: '/v1/log/gossip',
  tags,
  summary: 'The newest heads and every key as one small file, for others to keep and publish elsewhere',
  request: { query: noQuery },
  responses: { ...json('The gossip file.', gossipAnswer), ...notModified, ...problems },
});

const tooLarge = (parameter: string, given: number, size: number) =>
  new ProblemError('invalid-parameter', `${parameter} cannot be ${given}: the log has ${size} leaves`, {
    parameter,
    expected: `a whole number up to ${size}`,
  });
const emptyLog = () => new ProblemError('unknown-leaf', 'the log is empty: nothing has been published yet');
const rootText = (root: Uint8Array) => Buffer.from(root).toString('hex');

/** `/v1/log/…` */
export function logRoutes({ store, simulated }: ApiContext) {
  const routes = makeRoutes();
  const { database } = store.ledger;

  routes.openapi(head, async (c) => {
    const [log, size, newest] = [await logIdIn(database), await logSize(database), await newestHead(database)];
    if (isCurrent(c, `log-${size}-${newest?.at.getTime() ?? 0}`, cacheFor.list)) return c.body(null, 304);
    const answer: LogHeadAnswer = { log, size, head: null };
    if (newest) {
      const { root, at, key_id } = treeHeadOf(newest);
      const { canonical, signature } = newest;
      answer.head = { size: newest.size, root, at, key_id, canonical, signature };
    }
    return c.json(answer, 200);
  });

  routes.openapi(leaves, async (c) => {
    const asked = c.req.valid('query');
    const size = await logSize(database);
    const from = asked.from ?? 0;
    if (from > size) throw tooLarge('from', from, size);
    const end = Math.min(size, asked.to ?? from + LEAVES_DEFAULT);
    if (asked.to !== undefined && asked.to < from) {
      const expected = `a whole number from ${from}: the range is half-open [from, to)`;
      throw new ProblemError('invalid-parameter', `to cannot be ${asked.to}`, { parameter: 'to', expected });
    }
    if (isCurrent(c, `log-leaves-${size}-${from}-${end}`, cacheFor.list)) return c.body(null, 304);
    const to = Math.min(end, from + LEAVES_MAX);
    const rows = await leavesBetween(database, from, to);
    // Without a range, everything is meant; with one, what of it did not fit.
    const last = asked.to === undefined ? size : end;
    const upTo = asked.to === undefined ? '' : `&to=${asked.to}`;
    const answer: LogLeavesAnswer = {
      size,
      leaves: rows.map(({ index, kind, subject, hash, leafHash, at }) => ({
        index,
        kind,
        subject,
        hash,
        leaf_hash: leafHash,
        at: at.toISOString(),
      })),
      next: to < last ? `/v1/log/leaves?from=${to}${upTo}` : null,
    };
    return c.json(answer, 200);
  });

  routes.openapi(inclusion, async (c) => {
    const { hash, size } = c.req.valid('query');
    const leaf = await leafByHash(database, hash);
    if (!leaf) {
      const detail = `no record with the hash ${hash} is in the log`;
      throw new ProblemError('unknown-leaf', detail, { parameter: 'hash', expected: 'the hash of a published record' });
    }
    const now = await logSize(database);
    if (size !== undefined && size > now) throw tooLarge('size', size, now);
    if (size !== undefined && size <= leaf.index) {
      const detail = `the record is leaf ${leaf.index}: a tree of ${size} leaves does not hold it`;
      throw new ProblemError('unknown-leaf', detail, { parameter: 'size', expected: `${leaf.index + 1} to ${now}` });
    }
    const under = size === undefined ? await headCovering(database, leaf.index) : await headOfSize(database, size);
    const treeSize = under?.size ?? size ?? now;
    const rule = under ? cacheFor.finalFix : cacheFor.list;
    if (isCurrent(c, `log-in-${hash}-${treeSize}-${under ? 'signed' : 'unsigned'}`, rule)) return c.body(null, 304);
    const { rootOf } = await logTree(database, treeSize);
    const answer: InclusionAnswer = {
      hash,
      leaf_hash: leaf.leafHash,
      kind: leaf.kind,
      subject: leaf.subject,
      inclusion: inclusionPath(treeSize, leaf.index, rootOf),
      root: rootText(rootOf(0, treeSize)),
      head: under && signedHead(under),
    };
    return c.json(answer, 200);
  });

  routes.openapi(consistency, async (c) => {
    const asked = c.req.valid('query');
    const now = await logSize(database);
    const second = asked.second ?? (await newestHead(database))?.size;
    if (second === undefined || now === 0) throw emptyLog();
    const first = asked.first ?? 1;
    if (second > now) throw tooLarge('second', second, now);
    if (first > second) {
      const expected = `a whole number up to second, ${second}`;
      throw new ProblemError(
        'invalid-parameter',
        `first cannot be ${first}: the larger log, second, has ${second} leaves`,
        {
          parameter: 'first',
          expected,
        },
      );
    }
    if (isCurrent(c, `log-from-${first}-${second}`, asked.second ? cacheFor.finalFix : cacheFor.list)) {
      return c.body(null, 304);
    }
    const { rootOf } = await logTree(database, second);
    const answer: ConsistencyAnswer = {
      ...consistencyPath(first, second, rootOf),
      first_root: rootText(rootOf(0, first)),
      second_root: rootText(rootOf(0, second)),
    };
    return c.json(answer, 200);
  });

  routes.openapi(keys, async (c) => {
    if ((await logIdIn(database)) === null) throw emptyLog();
    const rotations = [];
    for (const { hash, canonical, signature } of await signedRecordsOf(database, KEY_ROTATION)) {
      const leaf = await leafByHash(database, hash);
      if (leaf) rotations.push({ leaf_index: leaf.index, canonical, signature });
    }
    const inForce = (await allKeys(database)).findLast(({ active }) => active);
    const answer: LogKeysAnswer = {
      ...(await firstKeyOf(database)),
      key_in_force: inForce?.keyId ?? '',
      rotations,
    };
    return c.json(answer, 200, { 'Cache-Control': cacheFor.list });
  });

  routes.openapi(gossip, async (c) => {
    const newest = await newestHead(database);
    if (!newest) throw emptyLog();
    if (isCurrent(c, `log-gossip-${newest.size}-${newest.at.getTime()}`, cacheFor.list)) return c.body(null, 304);
    // The very bytes of the command's file.
    return c.body(gossipText(await gossipOf(database)), 200, {
      'Content-Type': 'application/json',
      'Content-Disposition': `attachment; filename="${fileName(simulated, 'csi-log-gossip.json')}"`,
    });
  });

  return routes;
}
