import type { OpenAPIHono } from '@hono/zod-openapi';
import { problemKinds } from '#api/problem';

type Document = ReturnType<OpenAPIHono['getOpenAPI31Document']>;
type Operation = NonNullable<NonNullable<Document['paths']>[string]['get']>;

/** The page's one style; the content security policy names its hash. */
export const docsStyle = `
:root { color-scheme: light dark; --line: light-dark(#d8d8d8, #3a3a3a); --faint: light-dark(#595959, #a8a8a8); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
h3 { margin: 1.75rem 0 .25rem; font: 600 1rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
code { font-family: ui-monospace, monospace; font-size: .92em; }
p { margin: .25rem 0; } .faint, dt { color: var(--faint); }
table { border-collapse: collapse; margin: .5rem 0; } th, td { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; font-weight: 400; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; } dd { margin: 0; overflow-wrap: anywhere; }
`;

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as HTML shows it. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

const code = (text: string) => `<code>${escaped(text)}</code>`;

/** An operation's parameters with their words; empty where it has none. */
function parametersOf(operation: Operation): string {
  const rows = (operation.parameters ?? []).flatMap((parameter) => {
    if ('$ref' in parameter) return [];
    const { name, in: where, required, description = '' } = parameter;
    const schema = parameter.schema && !('$ref' in parameter.schema) ? parameter.schema : {};
    const values = schema.enum ? ` One of ${schema.enum.map((value) => code(String(value))).join(', ')}.` : '';
    const kind = where === 'path' || required ? where : `${where}, optional`;
    return [
      `<tr><th scope="row">${code(name)}</th><td class="faint">${kind}</td><td>${escaped(description)}${values}</td></tr>`,
    ];
  });
  return rows.length > 0 ? `<table>${rows.join('')}</table>` : '';
}

/** What an operation answers: the status, its media types, and the name of the shape. */
function answersOf(operation: Operation): string {
  const rows = Object.entries(operation.responses ?? {}).map(([status, response]) => {
    const content: Record<string, { schema?: { $ref?: string } }> = response.content ?? {};
    const types = Object.entries(content).map(([type, { schema }]) => {
      const shape = schema?.$ref?.split('/').at(-1);
      return code(shape ? `${type}: ${shape}` : type);
    });
    return `<dt>${escaped(status === 'default' ? 'otherwise' : status)}</dt><dd>${escaped(response.description ?? '')} ${types.join(' ')}</dd>`;
  });
  return `<dl>${rows.join('')}</dl>`;
}

function operationOf(path: string, operation: Operation): string {
  const about = operation.description ? `<p class="faint">${escaped(operation.description)}</p>` : '';
  const open =
    path.includes('{') || path === '/v1/stream' ? escaped(path) : `<a href="${escaped(path)}">${escaped(path)}</a>`;
  return `<section><h3>GET ${open}</h3><p>${escaped(operation.summary ?? '')}</p>${about}${parametersOf(operation)}${answersOf(operation)}</section>`;
}

/** A page that lists what an OpenAPI document describes. Whole in itself: no script, nothing fetched. */
export function docsPage(document: Document): string {
  const groups = new Map<string, string[]>();
  for (const [path, { get }] of Object.entries(document.paths ?? {})) {
    if (!get) continue;
    const tag = get.tags?.[0] ?? 'Other';
    groups.set(tag, [...(groups.get(tag) ?? []), operationOf(path, get)]);
  }
  const problems = Object.entries(problemKinds).map(
    ([kind, { status, title, about }]) =>
      `<section id="problem-${kind}"><h3>/problems/${kind}</h3><p>${status}: ${escaped(title)}. ${escaped(about)}</p></section>`,
  );
  const sections = [...groups].map(([tag, operations]) => `<h2>${escaped(tag)}</h2>${operations.join('')}`);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(document.info.title)}</title><style>${docsStyle}</style></head>
<body><main><h1>${escaped(document.info.title)}</h1><p>${escaped(document.info.description ?? '')}</p>
<p>The same for machines: <a href="/v1/openapi.json">/v1/openapi.json</a></p>
${sections.join('')}<h2>Problems</h2>${problems.join('')}</main></body>
</html>
`;
}
