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
  | {
      readonly hardwareClass: null;
      readonly why: Unidentified;
      readonly detail: string;
      /** Somebody looked at this label and wrote down why it has no class. Without it, it is met for the first time. */
      readonly deliberate?: true;
    };

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
  for (const { labels, source, reason } of rules.deliberately_unknown) {
    const entry: Entry = { kind: 'out_of_scope', classes: [], requiresMemory: false, reason };
    for (const label of labels) entries.set(key(source ?? '', label), entry);
  }
  return entries;
}

const tokensOf = (label: string, rules: Aliases) =>
  (label.toLowerCase().match(TOKEN) ?? []).filter((token) => !rules.vendor_words.includes(token));

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
const refuseDeliberately = (why: Unidentified, detail: string): Identification =>
  Object.freeze({ hardwareClass: null, why, detail, deliberate: true });

/**
 * Builds the function that turns labels into hardware classes under the given rules, with its own memo.
 * It is exact: after normalisation a whole label means what the rules say or nothing, and stated memory must agree.
 */
export function makeIdentify(rules: Aliases): Identify {
  const entries = buildLookUp(rules);
  const refusedWords = new Map(rules.deliberately_unknown_words.map(({ word, reason }) => [word, reason]));
  const memo = new Map<string, Identification>();

  const accepts = (id: string, gb: number) => {
    const range = rules.accepted_memory_gb.ranges[id];
    return range !== undefined && gb >= range.min && gb <= range.max;
  };

  /** Why a known label comes with memory that is none of its classes', where somebody looked into it. */
  const otherMemory = (label: string, statedGb: readonly number[]) =>
    rules.deliberately_unknown_memory.find(
      ({ labels, gb }) => labels.includes(label) && statedGb.some((size) => size >= gb.min && size <= gb.max),
    )?.reason;

  function identifyOnce({ source, label, memoryGb }: StatedHardware): Identification {
    const tokens = tokensOf(label, rules);
    for (const token of tokens) {
      const reason = refusedWords.get(token);
      if (reason !== undefined) return refuseDeliberately('out_of_scope', `${token}: ${reason}`);
    }
    const find = (text: string) => entries.get(key(source, text)) ?? entries.get(key('', text));
    const whole = tokens.join(' ');
    const separated = separateMemory(tokens);
    // The whole label first: a few names hold a size that is not the accelerator's ("GH200 480GB").
    const entryOfWhole = find(whole);
    const name = entryOfWhole ? whole : separated.name.join(' ');
    const entry = entryOfWhole ?? find(name);
    if (!entry) return refuse('unknown_label', whole);
    if (entry.kind === 'out_of_scope') return refuseDeliberately('out_of_scope', entry.reason);

    const statedGb = entryOfWhole ? [] : separated.sizesGb;
    if (memoryGb !== null) statedGb.push(memoryGb);
    const fitting = entry.classes.filter((id) => statedGb.every((gb) => accepts(id, gb)));
    if (fitting.length === 0) {
      const mismatch = `${statedGb.join(' and ')} GB is not ${entry.classes.join(' or ')}`;
      const known = otherMemory(name, statedGb);
      return known
        ? refuseDeliberately('memory_mismatch', `${mismatch}: ${known}`)
        : refuse('memory_mismatch', mismatch);
    }
    if (entry.kind === 'ambiguous') return refuseDeliberately('ambiguous', entry.reason);
    if (entry.requiresMemory && statedGb.length === 0)
      return refuseDeliberately(
        'ambiguous',
        `memory unstated, and not every ${whole} is ${entry.classes.join(' or ')}`,
      );
    if (fitting.length > 1)
      return refuseDeliberately('ambiguous', `memory unstated or shared: ${fitting.join(' or ')}`);
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

/** What a label calls the part, as the rules write labels: lower-case tokens without vendor words and without sizes of memory. */
export function nameOf(label: string): string {
  return separateMemory(tokensOf(label.slice(0, LABEL_CHARACTERS_MAX), aliases())).name.join(' ');
}
