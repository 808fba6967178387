import type { z } from 'zod';
import type { Parsed, Rejection } from '#ingest/source';

const EXCERPT_CHARACTERS = 500;

/** The start of a refused row, as text a person can read. */
export function excerptOf(value: unknown): string {
  return clipped(typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)));
}

/** The start of a text, well formed: half a surrogate pair, sent so or cut so, can neither be hashed nor stored. */
export function clipped(text: string): string {
  return text.slice(0, EXCERPT_CHARACTERS).replace(/\p{Surrogate}/gu, '\ufffd');
}

/**
 * Parses JSON text.
 * @throws Error saying that it is not JSON, and how it ends, which tells a truncated body
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(
      `the body is not whole JSON: ${text.length} characters ending in ${JSON.stringify(text.slice(-40))}`,
    );
  }
}

/**
 * Checks a value against a schema.
 * @throws Error naming the field that is off
 */
export function expectShape<T>(schema: z.ZodType<T>, value: unknown): T {
  const checked = schema.safeParse(value);
  if (!checked.success) throw new Error(`unexpected shape: ${firstIssue(checked.error)}`);
  return checked.data;
}

/** Checks rows one by one: a bad one becomes a rejection, never an error. */
export function eachRow<T>(
  values: readonly unknown[],
  schema: z.ZodType<T>,
  nativeId: (value: unknown) => string,
  parsed: Parsed,
  read: (row: T) => void,
): void {
  for (const value of values) {
    const checked = schema.safeParse(value);
    if (checked.success) read(checked.data);
    else parsed.rejections.push(rejection('row.shape', firstIssue(checked.error), nativeId(value), value));
  }
}

export function rejection(reason: string, detail: string, nativeId: string, value: unknown): Rejection {
  return { reason, detail, native_id: nativeId, excerpt: excerptOf(value) };
}

/** A field of an unchecked row as text, for naming a row that could not be read. */
export function fieldText(value: unknown, field: string): string {
  const found = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[field] : undefined;
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}

function firstIssue(error: { issues: readonly z.core.$ZodIssue[] }, above: readonly PropertyKey[] = []): string {
  const issue = error.issues[0];
  if (!issue) return 'unknown';
  const path = [...above, ...issue.path];
  // "Invalid input" alone tells nobody anything: say what the last of the accepted shapes lacks.
  const nearest = issue.code === 'invalid_union' ? issue.errors.at(-1) : undefined;
  if (nearest?.length) return firstIssue({ issues: nearest }, path);
  return `${path.join('.') || 'value'}: ${issue.message}`;
}
