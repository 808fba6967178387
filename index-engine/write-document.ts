import { writeFileSync } from 'node:fs';
import { methodologyDocument } from '#index-engine/document';
import { rulebooks } from '#methodology/rulebook';

const newest = rulebooks().at(-1);
if (!newest) throw new Error('there is no rulebook to document');
writeFileSync(new URL('../methodology/METHODOLOGY.md', import.meta.url), methodologyDocument(newest));
