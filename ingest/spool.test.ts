import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSpool, SpoolFull } from '#ingest/spool';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'csi-spool-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (bytes = 10_000) => openSpool(folder, { bytes });
const text = (value: string) => Buffer.from(value, 'utf8');

/** A store that takes segments until it fails. */
function taker(failAfter = Number.POSITIVE_INFINITY) {
  const taken: string[] = [];
  const take = async (segment: Buffer) => {
    if (taken.length >= failAfter) throw new Error('the store does not answer');
    taken.push(segment.toString('utf8'));
  };
  return { taken, take };
}

describe('a spool', () => {
  it('gives back what it was given, in order, also to another process', async () => {
    const first = await open();
    await Promise.all(['a', 'b', 'c'].map((one) => first.append(text(one))));
    const second = await open();
    expect(second.waiting).toBe(3);
    await second.append(text('d'));
    const { taken, take } = taker();
    expect(await second.drain(take)).toBe(4);
    expect(taken).toEqual(['a', 'b', 'c', 'd']);
    expect([second.waiting, second.bytes, readdirSync(folder)]).toEqual([0, 0, []]);
  });

  it('stops where the store fails, and goes on from there', async () => {
    const spool = await open();
    for (const one of ['a', 'b', 'c']) await spool.append(text(one));
    const failing = taker(1);
    await expect(spool.drain(failing.take)).rejects.toThrow('does not answer');
    expect(spool.waiting).toBe(2);
    const { taken, take } = taker();
    await spool.drain(take);
    expect([...failing.taken, ...taken]).toEqual(['a', 'b', 'c']);
  });

  it('takes in while it is drained', async () => {
    const spool = await open();
    await spool.append(text('a'));
    const taken: string[] = [];
    await spool.drain(async (segment) => {
      if (taken.length === 0) await spool.append(text('b'));
      taken.push(segment.toString());
    });
    expect(taken).toEqual(['a', 'b']);
  });

  it('holds no more than it may', async () => {
    const spool = await open(100);
    await spool.append(Buffer.alloc(50));
    await expect(spool.append(Buffer.alloc(50))).rejects.toBeInstanceOf(SpoolFull);
    expect([spool.waiting, readdirSync(folder).length]).toEqual([1, 1]);
    await spool.drain(taker().take);
    await spool.append(Buffer.alloc(50));
  });

  it('forgets what a crash cut short, and refuses what a disk has changed', async () => {
    const spool = await open();
    await spool.append(text('whole'));
    writeFileSync(join(folder, 'half.partial'), 'ha');
    const { taken, take } = taker();
    await (await open()).drain(take);
    expect([taken, readdirSync(folder)]).toEqual([['whole'], []]);
    await spool.append(text('changed'));
    const [name = ''] = readdirSync(folder);
    truncateSync(join(folder, name), 34);
    await expect((await open()).drain(take)).rejects.toThrow('damaged');
  });
});
