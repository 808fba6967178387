import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** Deeper than any record of ours: what nests so, or holds itself, is left to the library. */
const PLAIN_DEPTH_MAX = 32;
const QUOTED_NAMES_MAX = 10_000;
const SURROGATE_CODE = 0xd800;
const quotedNames = new Map<string, string>();

function quoted(text: string): string | null {
  for (let at = 0; at < text.length; at += 1) {
    // Half a surrogate pair is no text: the library looks, and refuses it.
    if (text.charCodeAt(at) >= SURROGATE_CODE) return null;
  }
  return JSON.stringify(text);
}

function quotedName(name: string): string | null {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  const text = quoted(name);
  if (text !== null && quotedNames.size < QUOTED_NAMES_MAX) quotedNames.set(name, text);
  return text;
}

function plainObject(value: object, depth: number): string | null {
  const names = Object.keys(value);
  for (let at = 1; at < names.length; at += 1) {
    if ((names[at - 1] as string) > (names[at] as string)) {
      names.sort();
      break;
    }
  }
  let text = '';
  for (const name of names) {
    const member = plainJson((value as Record<string, unknown>)[name], depth);
    const title = quotedName(name);
    if (member === null || title === null) return null;
    text += text === '' ? `${title}:${member}` : `,${title}:${member}`;
  }
  return `{${text}}`;
}

/** Canonical JSON of scalars, arrays and plain objects, several times as fast as the library; null for whatever else there may be in it. */
function plainJson(value: unknown, depth: number): string | null {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : null;
  if (typeof value === 'boolean' || value === null) return String(value);
  if (typeof value !== 'object' || depth === 0 || 'toJSON' in value) return null;
  if (!Array.isArray(value)) return plainObject(value, depth - 1);
  const members: string[] = [];
  for (const one of value) {
    const member = plainJson(one, depth - 1);
    if (member === null) return null;
    members.push(member);
  }
  return `[${members.join(',')}]`;
}

/**
 * Canonical JSON (RFC 8785): one value, one text.
 * @throws TypeError for a value JSON cannot carry (undefined, NaN, a function)
 */
export function canonicalJson(value: unknown): string {
  const text = plainJson(value, PLAIN_DEPTH_MAX) ?? canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** SHA-256 of text (as UTF-8) or bytes, lower-case hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data);
}

/** SHA-256 of a value's canonical JSON. */
export function canonicalHash(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** Freezes a value and everything it holds, and returns it. */
export function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

/** Compares text by code unit: the one order that is the same on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
