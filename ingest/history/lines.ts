import type { HistoryFormat, KeyFields, PriceKind, StatedLine } from '#ingest/history/format';
import { type Identification, identify } from '#ingest/identify';
import { excerptOf } from '#ingest/shape';
import type { Rejection } from '#ingest/source';
import { admission } from '#methodology/admission';
import { canonicalJson } from '#methodology/canonical';
import { countryOfCloudRegion } from '#methodology/cloud-regions';
import type { Evidence } from '#methodology/evidence';
import { provider as providerById } from '#methodology/providers';
import { regionBlock } from '#methodology/regions';
import { identityText, type Observation } from '#store/observation';

/** A line as it occurs in the staged file. */
export interface DistinctLine {
  /** Hash of its key, as decimal text: 64 bits do not fit a JSON number. */
  line: string;
  key: KeyFields;
  rows: number;
  /** For each kind of price, whether any row states one. */
  stated: readonly boolean[];
}

/** What the change points of one line and kind of price have in common: a row of the table that is joined to them. */
export interface LineRow {
  line: string;
  /** Position of the kind of price in its format. */
  kind: number;
  /** Order of its observations in their table, so that a chunk arrives sorted. */
  rank: number;
  /** Number of its native id: lines whose description changed share one. */
  name: number;
  /** Why every price of the line is refused; empty where it is not. */
  refusal: string;
  refusal_detail: string;
  native_id: string;
  provider: string;
  venue_type: string;
  evidence: string;
  label: string;
  memory_gb: number | null;
  hardware_class: string;
  gpus: number | null;
  tenor: string;
  country: string;
  region: string;
  price_basis: string;
  attributes: string;
  /** The canonical identity text of its observations around `event_at` and `price`, the two that vary. */
  before: string;
  between: string;
  after: string;
}

/** What reading the lines of a file came to. */
export interface ReadLines {
  rows: LineRow[];
  /** One for each line whose chip nobody knows. */
  rejections: Rejection[];
  unknownLabels: { provider: string; label: string; rows: number }[];
}

/** Providers whose spot price is one they set and clear at, not one a seller posts. */
const ADMINISTERED_SPOT = new Set(['aws', 'gcp', 'azure']);

const VARYING = '@';
/** Quotes inside a JSON text are escaped, so these cannot occur in a value. */
const EVENT_AT = `"event_at":"${VARYING}"`;
const PRICE = `"price":"${VARYING}"`;

/** The stated part, by the table where the instance is in it. Two that disagree are neither. */
function identifyLine(stated: StatedLine, source: string): Identification {
  const { known, label, part = label, memory_gb: memoryGb } = stated;
  const asStated = identify({ source, label: part, memoryGb });
  if (!known) return asStated;
  const asKnown = identify({ source, label: known.label, memoryGb: known.memory_gb });
  const differs =
    asStated.hardwareClass !== null &&
    asKnown.hardwareClass !== null &&
    asStated.hardwareClass !== asKnown.hardwareClass;
  if (!differs) return asKnown;
  const detail = `${stated.instance} holds ${asKnown.hardwareClass}, stated as ${asStated.hardwareClass}`;
  return { hardwareClass: null, why: 'memory_mismatch', detail };
}

function attributesOf({ zone, instance, product }: StatedLine): Observation['attributes'] {
  return { change_point: true, product, ...(instance === '' ? {} : { instance }), ...(zone === '' ? {} : { zone }) };
}

/** Cuts the identity text where the instant and the price go. */
function template(fact: Omit<Observation, 'observation_id'>): Pick<LineRow, 'before' | 'between' | 'after'> {
  const [before = '', rest = ''] = identityText(fact).split(EVENT_AT);
  const [between = '', after = ''] = rest.split(PRICE);
  return { before: `${before}"event_at":"`, between: `"${between}"price":"`, after: `"${after}` };
}

interface Context {
  format: HistoryFormat;
  nativeId: string;
  price: PriceKind;
  kind: number;
  line: string;
}

const refusedRow = ({ nativeId, line, kind }: Context, refusal: string, refusal_detail: string): LineRow => ({
  ...{
    line,
    kind,
    rank: 0,
    name: 0,
    refusal,
    refusal_detail,
    native_id: nativeId,
    provider: '',
    venue_type: '',
    evidence: '',
  },
  ...{ label: '', memory_gb: null, hardware_class: '', gpus: null, tenor: '', country: '', region: '' },
  ...{ price_basis: '', attributes: '', before: '', between: '', after: '' },
});

function lineRow(context: Context, stated: StatedLine, identity: Identification): LineRow {
  const { format, nativeId, price, kind, line } = context;
  const known = providerById(stated.provider);
  if (!known) return refusedRow(context, 'provider.unknown', `nobody is called ${stated.provider}`);
  const { gpus, label, memory_gb } = stated;
  if (gpus === null || gpus > admission.maximum_gpus) {
    return refusedRow(context, 'gpus.out_of_range', `${gpus} is not between 1 and ${admission.maximum_gpus}`);
  }
  const evidence: Evidence = price.kind === 'spot' && ADMINISTERED_SPOT.has(known.id) ? 'administered' : 'listed';
  const country = countryOfCloudRegion(known.id, stated.region);
  const fact = {
    source: format.source,
    native_id: nativeId,
    sweep_id: '',
    event_at: VARYING,
    observed_at: VARYING,
    provider: known.id,
    venue: known.id,
    venue_type: known.venue_type,
    evidence,
    aggregator: format.aggregator,
    label,
    memory_gb,
    hardware_class: identity.hardwareClass,
    gpus,
    available_gpus: null,
    tenor: price.tenor,
    country,
    region: country === null ? null : regionBlock(country),
    price: VARYING,
    currency: 'USD',
    price_basis: price.price_basis,
    attributes: attributesOf(stated),
    trade: null,
    capture_id: '',
    capture_sha256: '',
  };
  return {
    line,
    kind,
    rank: 0,
    name: 0,
    refusal: '',
    refusal_detail: '',
    native_id: nativeId,
    provider: known.id,
    venue_type: known.venue_type,
    evidence,
    label,
    memory_gb,
    hardware_class: identity.hardwareClass ?? '',
    gpus,
    tenor: price.tenor,
    country: country ?? '',
    region: fact.region ?? '',
    price_basis: price.price_basis,
    attributes: canonicalJson(fact.attributes),
    ...template(fact),
  };
}

const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Reads the distinct lines of a file: identification, provider, place and the fixed parts of every observation's identity happen here,
 * a line at a time; what is left for the engine is the instants and the prices. Pure.
 */
export function readLines(format: HistoryFormat, lines: readonly DistinctLine[]): ReadLines {
  const described = lines.map((one) => ({ ...one, said: format.describe(one.key) }));
  // A line may change how it is described and keep its name; what any of its descriptions states, all of them can withdraw.
  const statedKinds = new Map<string, Set<number>>();
  const nameOf = ({ key, said }: (typeof described)[number]) =>
    'refusal' in said ? Object.values(key).join('/') : said.native_id;
  for (const one of described) {
    const kinds = statedKinds.get(nameOf(one)) ?? new Set<number>();
    for (const [kind, isStated] of one.stated.entries()) if (isStated) kinds.add(kind);
    statedKinds.set(nameOf(one), kinds);
  }
  const rows: LineRow[] = [];
  const rejections: Rejection[] = [];
  const unknown = new Map<string, ReadLines['unknownLabels'][number]>();
  for (const one of described) {
    const { line, key, said } = one;
    const identity = 'refusal' in said ? null : identifyLine(said, providerById(said.provider)?.id ?? said.provider);
    for (const kind of statedKinds.get(nameOf(one)) ?? []) {
      const price = format.prices[kind] as PriceKind;
      const context = { format, nativeId: `${nameOf(one)}/${price.kind}`, price, kind, line };
      const row =
        'refusal' in said
          ? refusedRow(context, said.refusal, said.detail)
          : lineRow(context, said, identity as Identification);
      rows.push(row);
      if (row.refusal !== '' || !identity || identity.hardwareClass !== null || identity.why === 'out_of_scope')
        continue;
      const detail = `${row.label}${row.memory_gb === null ? '' : ` (${row.memory_gb} GB)`}: ${identity.detail}`;
      rejections.push({
        reason: `hardware.${identity.why}`,
        detail,
        native_id: row.native_id,
        excerpt: excerptOf(key),
      });
      if (kind !== [...(statedKinds.get(nameOf(one)) ?? [])][0]) continue;
      const seen = unknown.get(`${row.provider}\n${row.label}`) ?? {
        provider: row.provider,
        label: row.label,
        rows: 0,
      };
      seen.rows += one.rows;
      unknown.set(`${row.provider}\n${row.label}`, seen);
    }
  }
  rows.sort((a, b) => text(a.hardware_class, b.hardware_class) || text(a.native_id, b.native_id));
  const names = new Map<string, number>();
  rows.forEach((row, rank) => {
    row.rank = rank;
    row.name = names.get(row.native_id) ?? names.size;
    names.set(row.native_id, row.name);
  });
  return { rows, rejections, unknownLabels: [...unknown.values()].sort((a, b) => b.rows - a.rows) };
}
