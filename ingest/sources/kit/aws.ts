import aws4 from 'aws4';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { SourceRequest } from '#ingest/source';

/**
 * Signature Version 4 of a request, as headers. The key is `id:secret`, or `id:secret:session-token` for a temporary one.
 * @throws Error where the key has another form; the message never holds it
 */
export function signAws(
  key: string,
  request: SourceRequest,
  now: Date,
  facts: { service: string; region: string; headers?: Record<string, string> },
): Record<string, string> {
  const [accessKeyId, secretAccessKey, ...token] = key.split(':');
  if (!accessKeyId || !secretAccessKey) throw new Error('the key must read "id:secret" or "id:secret:session-token"');
  const { host, pathname, search } = new URL(request.url);
  const signed = aws4.sign(
    {
      host,
      path: `${pathname}${search}`,
      method: request.method,
      service: facts.service,
      region: facts.region,
      headers: { ...facts.headers, 'X-Amz-Date': now.toISOString().replaceAll(/[:-]|\.\d{3}/g, '') },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    },
    { accessKeyId, secretAccessKey, ...(token.length > 0 ? { sessionToken: token.join(':') } : {}) },
  );
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(signed.headers ?? {})) {
    // Fetch sets these itself, to the same values.
    if (!/^(host|content-length)$/i.test(name) && value !== undefined) headers[name.toLowerCase()] = String(value);
  }
  return headers;
}

/** A question to EC2's query interface in one region. */
export function ec2Request(region: string, action: string, parameters: Record<string, string>): SourceRequest {
  const query = new URLSearchParams({ Action: action, Version: '2016-11-15', ...parameters });
  return { method: 'GET', url: `https://ec2.${region}.amazonaws.com/?${query}` };
}

/** The region of such a question. */
export const regionOfEc2 = (url: string): string => new URL(url).host.split('.')[1] ?? '';

/** Headers that sign such a question. */
export const signEc2 = (key: string, request: SourceRequest, now: Date): Record<string, string> =>
  signAws(key, request, now, { service: 'ec2', region: regionOfEc2(request.url) });

const reader = new XMLParser({
  parseTagValue: false,
  processEntities: false,
  isArray: (name) => name === 'item',
});

/**
 * The items of a set in EC2's answer, and whether more pages follow.
 * @throws Error where the answer is no whole XML or has not that set
 */
export function readEc2(text: string, root: string, set: string): { items: unknown[]; more: boolean } {
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new Error(`the body is not whole XML: ${valid.err.msg}`);
  const answer = (reader.parse(text) as Record<string, unknown>)[root];
  if (answer === null || typeof answer !== 'object' || !(set in answer)) throw new Error(`no ${set} in a ${root}`);
  const { [set]: found, nextToken } = answer as Record<string, unknown>;
  const items = found !== null && typeof found === 'object' ? (found as { item?: unknown[] }).item : [];
  return { items: items ?? [], more: typeof nextToken === 'string' && nextToken !== '' };
}
