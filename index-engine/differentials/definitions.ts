import { deepFreeze } from '#methodology/canonical';

/** Which values of an attribute stand on one side of a differential: words, or a range of numbers with both ends in it. */
export type Side = { in: readonly string[] } | { from: number; to: number | null };

/** A side that observations must be on, and whether one that does not state the attribute is. */
export type Condition = Side & { unstated?: boolean };

/** One differential to measure: two prices of one price setter for one class in one capture that differ in one attribute. */
export interface DifferentialDefinition {
  id: string;
  /** A field of the observation, or one of the attributes its source states. */
  attribute: string;
  /** Off grade, and on it: an off-grade price times the ratio is what the same offer would cost on grade. */
  off: Side;
  on: Side;
  /** Whose two prices are compared. A provider (a host, on a marketplace) is the better match; a venue where no provider is on both sides. */
  held: 'provider' | 'venue';
  /** What else must be stated alike, or unstated, on both sides. Source, capture, class and currency always must. */
  match: readonly string[];
  /** What must hold of both prices. What the grade uses is measured on offers that are on grade in everything else. */
  only: Readonly<Record<string, Condition>>;
  /** A machine speaks once, as its largest slice, as in a fix: without it, slices of one machine would be compared. */
  largest_slice_only: boolean;
  /** Whether the grade needs it, or it is only shown. */
  use: 'grade' | 'disclosure';
  why: string;
}

/** When a differential may be used. Ratios are decimal strings. */
export interface DifferentialGates {
  minimum_pairs: number;
  minimum_providers: number;
  maximum_half_width: string;
  maximum_top_provider: string;
  confidence: string;
  why: string;
}

/** When a ratio is a rule and not a market. */
export interface ConstantRatioRule {
  minimum_lines: number;
  minimum_share: string;
  why: string;
}

/** Everything that a measurement goes by, as data. */
export interface MeasurementRules {
  definitions: readonly DifferentialDefinition[];
  gates: DifferentialGates;
  constant_ratio: ConstantRatioRule;
  /** One capture of each venue is taken in each stretch of so many hours. */
  sampling: { hours: number; why: string };
}

const INSTANCE: Condition = { in: ['instance'], unstated: true };
const ON_DEMAND: Condition = { in: ['OD'] };
const DATACENTER: Condition = { in: ['datacenter'], unstated: true };
const COMMUNITY: Condition = { in: ['community'] };
const STANDARD_LOT: Condition = { from: 2, to: null, unstated: true };
/** What a source may say of an offer beside its lot, place and tenor. */
const OFFER = ['product', 'hosting', 'verification', 'link', 'evidence', 'memory_gb', 'tier', 'broker'] as const;
const PLACE = ['region', 'country', 'zone', 'location'] as const;
const TYPE = ['gpus', 'minimum_gpus', 'instance', 'label', 'part'] as const;
const without = (names: readonly string[], ...left: string[]) => names.filter((name) => !left.includes(name));

const lot = (id: string, tenor: 'OD' | 'INT', hosting: Condition): DifferentialDefinition => ({
  id,
  attribute: 'gpus',
  off: { from: 1, to: 1 },
  on: { from: 2, to: null },
  held: 'provider',
  match: [...OFFER, ...PLACE],
  only: { tenor: { in: [tenor] }, product: INSTANCE, hosting },
  largest_slice_only: true,
  use: hosting === DATACENTER ? 'grade' : 'disclosure',
  why: 'What the grade excludes is a machine that can be had as a single GPU only: its price against that of the larger machines of the same host.',
});

const slice = (gpus: number): DifferentialDefinition => ({
  id: `slice_1_to_${gpus}`,
  attribute: 'gpus',
  off: { from: 1, to: 1 },
  on: { from: gpus, to: gpus },
  held: 'provider',
  match: [...OFFER, ...PLACE, 'machine'],
  only: { tenor: ON_DEMAND, product: INSTANCE },
  largest_slice_only: false,
  use: 'disclosure',
  why: 'One machine offered whole and as a single GPU. The screen of duplicates keeps the larger slice, so no fix needs it; it shows whether a venue prices lots at all.',
});

const size = (gpus: number): DifferentialDefinition => ({
  id: `lots_1_to_${gpus}_venue`,
  attribute: 'gpus',
  off: { from: 1, to: 1 },
  on: { from: gpus, to: gpus },
  held: 'venue',
  match: [...OFFER, 'region'],
  only: { tenor: ON_DEMAND, product: INSTANCE },
  largest_slice_only: true,
  use: 'disclosure',
  why: 'The curve over lot sizes that others publish (1/2/4/8 GPUs: 1.000/0.951/0.916/0.916): different hosts on the two sides, so it holds who they are as well as the lot.',
});

const region = (block: string): DifferentialDefinition => ({
  id: `region_${block}_to_US`,
  attribute: 'region',
  off: { in: [block] },
  on: { in: ['US'] },
  held: 'provider',
  match: [...OFFER, ...TYPE],
  only: { tenor: ON_DEMAND, product: INSTANCE },
  largest_slice_only: false,
  use: 'disclosure',
  why: 'The grade names no region, so a global fix adjusts nothing; it shows how far apart the blocks are at one provider.',
});

const tenor = (from: string): DifferentialDefinition => ({
  id: `tenor_${from}_to_OD`,
  attribute: 'tenor',
  off: { in: [from] },
  on: { in: ['OD'] },
  held: 'provider',
  match: [...without(OFFER, 'evidence'), ...PLACE, ...TYPE, 'machine'],
  only: { product: INSTANCE },
  largest_slice_only: false,
  use: 'disclosure',
  why: 'Tenors have series of their own and are never turned into each other; it shows what one costs against the other, and where that is a rule.',
});

const verification = (from: string): DifferentialDefinition => ({
  id: `verification_${from}_to_verified`,
  attribute: 'verification',
  off: { in: [from] },
  on: { in: ['verified'] },
  held: 'provider',
  match: [...without(OFFER, 'verification'), ...without(PLACE, 'zone', 'location'), ...TYPE],
  only: { tenor: ON_DEMAND, product: INSTANCE },
  largest_slice_only: false,
  use: 'disclosure',
  why: 'The grade asks for no verification: this says whether it should.',
});

/** What is measured, version 1: starting values. */
export const measurementRules: MeasurementRules = deepFreeze<MeasurementRules>({
  definitions: [
    lot('lot_size', 'OD', DATACENTER),
    lot('lot_size_INT', 'INT', DATACENTER),
    lot('lot_size_community', 'OD', COMMUNITY),
    lot('lot_size_community_INT', 'INT', COMMUNITY),
    {
      id: 'hosting_community_to_datacenter',
      attribute: 'hosting',
      off: { in: ['community'] },
      on: { in: ['datacenter'] },
      held: 'venue',
      match: [...without(OFFER, 'hosting'), 'region', ...TYPE],
      only: { tenor: ON_DEMAND, product: INSTANCE, gpus: STANDARD_LOT },
      largest_slice_only: false,
      use: 'grade',
      why: "A host is one or the other, so the pair is the venue's: the medians of both, weighted by GPUs. That holds the venue equal and not the host, so it is the weaker match.",
    },
    ...[2, 4, 8].map(slice),
    ...[2, 4, 8].map(size),
    ...['EU', 'APAC', 'OTHER'].map(region),
    ...['INT', 'R1M', 'R3M', 'R6M', 'R12M', 'R36M'].map(tenor),
    {
      id: 'interconnect_ethernet_to_infiniband',
      attribute: 'link',
      off: { in: ['ethernet'] },
      on: { in: ['infiniband'] },
      held: 'provider',
      match: [...without(OFFER, 'link'), ...PLACE, ...TYPE],
      only: { tenor: ON_DEMAND },
      largest_slice_only: false,
      use: 'disclosure',
      why: 'The grade names no interconnect between machines: this says what it is worth where a provider sells both.',
    },
    ...['unverified', 'deverified'].map(verification),
  ],
  gates: {
    minimum_pairs: 30,
    minimum_providers: 3,
    maximum_half_width: '0.02',
    maximum_top_provider: '0.5',
    confidence: '0.95',
    why: 'Starting values. A pair is one price setter and one class, however often it was seen: the median of its captures of a day, then of its days. Captures of the same two lines are not independent, and counting them would pass any gate. One provider with most of the pairs is his price list, not a market, hence the share.',
  },
  constant_ratio: {
    minimum_lines: 5,
    minimum_share: '0.9',
    why: 'Starting values. A venue sold spot at exactly half its on-demand price on all 54 of its offers: a rule, not a market. Pairs of a venue that share one ratio within the rounding of their quoted decimals count together as one pair, and where nearly all do, the others count no more.',
  },
  sampling: {
    hours: 6,
    why: 'Captures of one day say nearly the same; four of them bound the work, and no single moment decides.',
  },
});
