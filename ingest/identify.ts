import { type Aliases, aliases } from '#methodology/aliases';

/** What a source says about the accelerator it offers. */
export interface StatedHardware {
  /** The source's id: some words mean different parts at different venues. */
  source: string;
  /** The label, verbatim. */
  label: string;
  /** Memory of one accelerator in GB as the source states it (MiB over 1,000 or 1,024 both do), or null. */
  memoryGb: number | null;
}

export type Unidentified = 'unknown_label' | 'ambiguous' | 'out_of_scope' | 'memory_mismatch';

export type Identification =
  | { readonly hardwareClass: string }
  | { readonly hardwareClass: null; readonly why: Unidentified; readonly detail: string };

export type Identify = (stated: StatedHardware) => Identification;

/** Labels come from anywhere: nothing longer is looked at, and the memo holds no more answers than this. */
const LABEL_CHARACTERS_MAX = 200;
const MEMO_ENTRIES_MAX = 20_000;

const TOKEN = /[a-z0-9]+/g;
/** "80gb", "80gib", "80gi", "80g". One digit and g alone is a slice profile ("1g.10gb"), not a size. */
const MEMORY_TOKEN = /^(?:(\d+)(?:gb|gib|gi)|(\d{2,3})g)$/;
const NUMBER_TOKEN = /^\d+$/;
const UNIT_TOKEN = /^(?:gb|gib)$/;

interface Entry {
  readonly kind: 'alias' | 'ambiguous' | 'out_of_scope';
  readonly classes: readonly string[];
  readonly requiresMemory: boolean;
  readonly reason: string;
}

const key = (source: string, label: string) => `${source}\n${label}`;

function buildLookUp(rules: Aliases): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const { labels, classes, source, requires_memory } of rules.aliases) {
    const entry: Entry = { kind: 'alias', classes, requiresMemory: requires_memory ?? false, reason: '' };
    for (const label of labels) entries.set(key(source ?? '', label), entry);
  }
  for (const { labels, between, reason } of rules.ambiguous) {
    const entry: Entry = { kind: 'ambiguous', classes: between, requiresMemory: false, reason };
    for (const label of labels) entries.set(key('', label), entry);
  }
  for (const { labels, reason } of rules.deliberately_unknown) {
    const entry: Entry = { kind: 'out_of_scope', classes: [], requiresMemory: false, reason };
    for (const label of labels) entries.set(key('', label), entry);
  }
  return entries;
}

/** Parts the tokens of a label into its name and the sizes of memory in it ("80GB", "(24 GB)"). */
function separateMemory(tokens: readonly string[]): { name: string[]; sizesGb: number[] } {
  const name: string[] = [];
  const sizesGb: number[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index]!;
    const match = MEMORY_TOKEN.exec(token);
    if (match) {
      sizesGb.push(Number(match[1] ?? match[2]));
    } else if (NUMBER_TOKEN.test(token) && UNIT_TOKEN.test(tokens[index + 1] ?? '')) {
      sizesGb.push(Number(token));
      index += 1;
    } else {
      name.push(token);
    }
  }
  return { name, sizesGb };
}

const refuse = (why: Unidentified, detail: string): Identification =>
  Object.freeze({ hardwareClass: null, why, detail });

/**
 * Builds the function that turns labels into hardware classes under the given rules, with its own memo.
 * It is exact: after normalisation a whole label means what the rules say or nothing, and stated memory must agree.
 */
export function makeIdentify(rules: Aliases): Identify {
  const entries = buildLookUp(rules);
  const vendorWords = new Set(rules.vendor_words);
  const refusedWords = new Map(rules.deliberately_unknown_words.map(({ word, reason }) => [word, reason]));
  const memo = new Map<string, Identification>();

  const accepts = (id: string, gb: number) => {
    const range = rules.accepted_memory_gb.ranges[id];
    return range !== undefined && gb >= range.min && gb <= range.max;
  };

  function identifyOnce({ source, label, memoryGb }: StatedHardware): Identification {
    const tokens = (label.toLowerCase().match(TOKEN) ?? []).filter((token) => !vendorWords.has(token));
    for (const token of tokens) {
      const reason = refusedWords.get(token);
      if (reason !== undefined) return refuse('out_of_scope', `${token}: ${reason}`);
    }
    const find = (text: string) => entries.get(key(source, text)) ?? entries.get(key('', text));
    const whole = tokens.join(' ');
    const separated = separateMemory(tokens);
    // The whole label first: a few names hold a size that is not the accelerator's ("GH200 480GB").
    const entryOfWhole = find(whole);
    const entry = entryOfWhole ?? find(separated.name.join(' '));
    if (!entry) return refuse('unknown_label', whole);
    if (entry.kind === 'out_of_scope') return refuse('out_of_scope', entry.reason);

    const statedGb = entryOfWhole ? [] : separated.sizesGb;
    if (memoryGb !== null) statedGb.push(memoryGb);
    const fitting = entry.classes.filter((id) => statedGb.every((gb) => accepts(id, gb)));
    if (fitting.length === 0)
      return refuse('memory_mismatch', `${statedGb.join(' and ')} GB is not ${entry.classes.join(' or ')}`);
    if (entry.kind === 'ambiguous') return refuse('ambiguous', entry.reason);
    if (entry.requiresMemory && statedGb.length === 0)
      return refuse('ambiguous', `memory unstated, and not every ${whole} is ${entry.classes.join(' or ')}`);
    if (fitting.length > 1) return refuse('ambiguous', `memory unstated or shared: ${fitting.join(' or ')}`);
    return Object.freeze({ hardwareClass: fitting[0]! });
  }

  return (stated) => {
    const { length } = stated.label;
    if (length > LABEL_CHARACTERS_MAX) return refuse('unknown_label', `a label of ${length} characters`);
    const memoKey = `${stated.source}\n${stated.memoryGb}\n${stated.label}`;
    const known = memo.get(memoKey);
    if (known) return known;
    const answer = identifyOnce(stated);
    if (memo.size >= MEMO_ENTRIES_MAX) memo.clear();
    memo.set(memoKey, answer);
    return answer;
  };
}

/**
 * The hardware class a label means at a source, or why it means none. Pure: the answer depends on the arguments alone.
 * A class is never guessed: unknown, ambiguous and out-of-scope labels and disagreeing memory come back as such.
 */
export const identify: Identify = makeIdentify(aliases());
