import type { PackFacts } from '#index-engine/governance/pack-facts';

/** One thing that is said of a period, and what it rests on: where to ask for it, and the records by their hashes. */
export interface Statement {
  text: string;
  rests_on: string[];
}

/** What the stored facts answer to one of IOSCO's Principles for Financial Benchmarks (2013). */
export interface PrincipleAnswer {
  principle: number;
  title: string;
  statements: Statement[];
}

/** An evidence pack: the answers of a period, and the facts they were made from. */
export interface EvidencePack {
  format: 'csi-evidence-pack/1';
  period: string;
  made_at: string;
  /** Whether the period was over when it was made. */
  complete: boolean;
  simulated: boolean;
  principles: PrincipleAnswer[];
  facts: PackFacts;
}

/** Ids that one statement lists; the rest is in the facts. */
const IDS_SHOWN = 20;
const idsOf = (ids: readonly string[]) => [
  ...ids.slice(0, IDS_SHOWN),
  ...(ids.length > IDS_SHOWN ? [`and ${ids.length - IDS_SHOWN} more: see facts`] : []),
];
const counted = (counts: Record<string, number>) =>
  Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none';
/** A share between 0 and 1 in percent, toward zero at two decimals. */
const percent = (share: string) => {
  const [, digits = ''] = share.split('.');
  const hundredths = BigInt(share.split('.')[0] ?? '0') * 10_000n + BigInt(digits.padEnd(4, '0').slice(0, 4));
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')}%`;
};

/** Answers principles 6 to 11 and 16 to 18 from the facts of a period, and from nothing else. Pure. */
export function answersOf(facts: PackFacts): PrincipleAnswer[] {
  const { from, to, fixes, notices, records } = facts;
  const ledger = `ledger: fixes where date >= '${from}' and date <= '${to}'`;
  const ofNotices = (kinds: readonly string[]) => notices.filter(({ kind }) => kinds.includes(kind));
  const noticeIds = (kinds: readonly string[]) => ofNotices(kinds).map(({ id }) => `notice ${id}`);
  const rulebookIds = Object.entries(facts.rulebooks).map(([version, { sha256 }]) => `rulebook ${version} ${sha256}`);
  const within = ({ at }: { at: string | null }) => at !== null && at.slice(0, 10) >= from && at.slice(0, 10) <= to;
  const suspended = facts.byLevel.none ?? 0;
  const one = (principle: number, title: string, ...statements: Statement[]): PrincipleAnswer => ({
    principle,
    title,
    statements,
  });
  const say = (text: string, ...rests_on: string[]): Statement => ({ text, rests_on });
  const opened = facts.complaints.filter(({ opened: { at } }) => within({ at }));
  const openAt = (entries: PackFacts['complaints']) =>
    entries.filter(
      (entry) => entry.opened.at.slice(0, 10) <= to && !(entry.closed && entry.closed.at.slice(0, 10) <= to),
    );
  const changes = facts.changes.filter(within);
  const runs = facts.parallelRuns.filter(within);
  return [
    one(
      6,
      'Benchmark design',
      say(
        `${facts.series} series had fixes; each is one hardware class, segment, tenor and region, as its rulebook defines it.`,
        ledger,
        ...rulebookIds,
      ),
      say(
        `The fixes estimated at their strike (levels 1 to 4) rested on ${facts.providers.least} to ${facts.providers.most} providers.`,
        `${ledger} and level <= 4: counts.providers of each record`,
      ),
    ),
    one(
      7,
      'Data sufficiency',
      say(
        `${fixes} fixes, ${fixes - suspended} with a value. By kind of evidence, the weight of those estimated at their strike was on average: ${
          Object.entries(facts.evidence)
            .map(([kind, share]) => `${kind} ${percent(share)}`)
            .join(', ') || 'none was estimated'
        }.`,
        `${ledger} and level <= 4: shares.evidence of each record`,
      ),
      say(`${facts.prints} transactions counted in them.`, `${ledger}: counts.prints of each record`),
      say(
        `${suspended} fixes were published without a value, since the evidence was too thin: ${counted(facts.reasons)}.`,
        `${ledger} and status = 'suspended'`,
      ),
    ),
    one(
      8,
      'Hierarchy of data inputs',
      say(
        `By level of the waterfall (1 and 2 transactions, 3 executable, 4 all standing prices, 5 moved, 6 carried, none suspended): ${counted(facts.byLevel)}.`,
        `${ledger}: level and levels of each record`,
        ...rulebookIds,
      ),
      say(
        'No expert judgement enters: a fix is the outcome of the engine over its inputs under the rulebook, and comes out again from its bundle.',
        ...facts.engines,
        'csi verify BUNDLE',
      ),
    ),
    one(
      9,
      'Transparency of benchmark determinations',
      say(
        `Every fix carries a sentence that says how it was determined, and every input its fate. Published on time ${facts.byTimeliness.on_time}, late ${facts.byTimeliness.late}, backcast ${facts.byTimeliness.backcast}.`,
        `${ledger}: sentence and published_at`,
        ...idsOf(records.annotation ?? []),
      ),
      say(
        `${facts.restated.length} restatements and ${records.correction?.length ?? 0} corrections of final fixes.`,
        ...idsOf(facts.restated),
        ...idsOf(records.correction ?? []),
      ),
      say(
        `Notices: ${ofNotices(['late']).length} late, ${ofNotices(['suspension']).length} of suspensions, ${ofNotices(['disruption']).length} of disruptions.`,
        ...idsOf(noticeIds(['late', 'suspension', 'disruption'])),
      ),
    ),
    one(
      10,
      'Periodic review',
      say(
        `${changes.length} announcements of changes and ${runs.length} parallel runs were recorded; ${ofNotices(['methodology_change']).length} notices.`,
        ...changes.map(({ version, sha256 }) => `rulebook ${version} ${sha256}`),
        ...runs.map(({ changed, dates }) => `parallel run of ${changed.version} over ${dates} dates`),
        ...idsOf(noticeIds(['methodology_change'])),
      ),
      say(
        `Conflicts of interest open at the end of the period: ${openAt(facts.conflicts).length}.`,
        ...openAt(facts.conflicts).map(({ id, opened: { hash } }) => `${id} ${hash}`),
        'csi governance conflict list',
      ),
    ),
    one(
      11,
      'Content of the methodology',
      say(
        `The fixes name the rulebooks they were made under: ${
          Object.entries(facts.rulebooks)
            .map(([version, { fixes: count }]) => `version ${version} in ${count}`)
            .join(', ') || 'none'
        }. The document is generated from the rulebook.`,
        ...rulebookIds,
        'methodology/METHODOLOGY.md',
      ),
    ),
    one(
      16,
      'Complaints procedures',
      say(
        `Complaints entered: ${opened.length}; open at the end of the period: ${openAt(facts.complaints).length}.`,
        ...facts.complaints.map(({ id, opened: { hash } }) => `${id} ${hash}`),
        'csi governance complaint list',
      ),
    ),
    one(
      17,
      'Audits',
      say(
        facts.broken.length === 0
          ? 'Every record of the period hashes and is signed as it says; this was checked to make this pack.'
          : `Records that do not hash or are not signed as they say: ${facts.broken.length}.`,
        ledger,
        ...idsOf(facts.broken),
      ),
      say(
        `The transparency log has ${facts.log.size} leaves under the head signed at ${facts.log.head_at ?? 'no time yet'}; anyone can check a copy.`,
        `tree head ${facts.log.size} ${facts.log.root ?? 'none'}`,
        'csi log export, csi log verify',
      ),
    ),
    one(
      18,
      'Audit trail',
      say(
        `${facts.log.leaves} leaves were logged in the period${facts.log.first === null ? '' : `, ${facts.log.first} to ${facts.log.last}`}.`,
        `ledger: log_leaves where at >= '${from}' and at < the first instant after '${to}'`,
      ),
      say(
        `${facts.captures.count} raw answers (${facts.captures.bytes} bytes) and ${facts.observations} observations were kept; ${facts.quarantined} rows were refused, each with its reason.`,
        `clickhouse: csi.captures by fetched_at, csi.observations and csi.quarantine by observed_at`,
      ),
      say(
        `${facts.sources.length} sources are known, by their terms of use: ${counted(
          facts.sources.reduce<Record<string, number>>((sum, { status }) => {
            sum[status] = (sum[status] ?? 0) + 1;
            return sum;
          }, {}),
        )}.`,
        'csi doctor',
        ...facts.sources.map(({ id, status, url }) => `${id}: ${status} ${url}`),
      ),
    ),
  ];
}

/** The pack of a period. */
export function makePack(facts: PackFacts, madeAt: Date): EvidencePack {
  return {
    format: 'csi-evidence-pack/1',
    period: facts.period,
    made_at: madeAt.toISOString(),
    complete: madeAt.toISOString().slice(0, 10) > facts.to,
    simulated: facts.simulated,
    principles: answersOf(facts),
    facts,
  };
}

/** A pack as a document that a person reads. */
export function packDocument({ period, made_at, complete, simulated, principles, facts }: EvidencePack): string {
  const lines = [
    `# Evidence pack ${period}`,
    '',
    ...(simulated ? ['**SIMULATED MARKET: nothing in it is real.**', ''] : []),
    ...(complete ? [] : [`**The period is not over: what follows is of its strikes up to ${made_at}.**`, '']),
    `Strikes of local dates ${facts.from} to ${facts.to}. Made at ${made_at} from what is stored; every statement names what it rests on. Principles are IOSCO's for financial benchmarks (2013).`,
  ];
  for (const { principle, title, statements } of principles) {
    lines.push('', `## Principle ${principle}: ${title}`);
    for (const { text, rests_on } of statements) {
      lines.push('', text, '');
      for (const source of rests_on) lines.push(`- \`${source.replaceAll('`', "'")}\``);
    }
  }
  return `${lines.join('\n').replaceAll(/\n{3,}/g, '\n\n')}\n`;
}
