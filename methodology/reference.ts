import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { deepFreeze } from '#methodology/canonical';

/** The words for one problem: file, row and field, so that the wrong leaf can be found without a debugger. */
function describe(file: string, data: unknown, path: readonly PropertyKey[], message: string): string {
  const steps: string[] = [];
  let at = data;
  for (const step of path) {
    at = typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined;
    const name =
      typeof at === 'object' && at !== null ? (Reflect.get(at, 'id') ?? Reflect.get(at, 'label')) : undefined;
    const label = typeof name === 'string' ? ` (${name})` : '';
    steps.push(typeof step === 'number' ? `row ${step + 1}${label}` : `field ${String(step)}`);
  }
  return `${file}: ${steps.join(', ') || 'file'}: ${message}`;
}

/**
 * Checks parsed reference data against its schema and freezes it, deep.
 * @param file the name to put in errors, such as "hardware.json"
 * @throws Error naming file, row and field of every problem
 */
export function parseReference<Schema extends z.ZodType>(
  file: string,
  data: unknown,
  schema: Schema,
): z.output<Schema> {
  const result = schema.safeParse(data);
  if (result.success) return deepFreeze(result.data);
  throw new Error(result.error.issues.map((issue) => describe(file, data, issue.path, issue.message)).join('\n'));
}

/**
 * Reads one JSON file of reference data from this folder.
 * @throws Error when it is missing, is not JSON or does not meet the schema
 */
export function readReference<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> {
  const text = readFileSync(new URL(`./${file}`, import.meta.url), 'utf8');
  return parseReference(file, JSON.parse(text), schema);
}
