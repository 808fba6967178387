import { admit, quarantined } from '#ingest/admit';
import type { Line, Refusal } from '#ingest/contribute/line';
import { isRefusal, type SealedLine } from '#ingest/contribute/seal';
import { textsOf } from '#ingest/contribute/texts';
import { identify } from '#ingest/identify';
import { emptyParsed, type RawRow, type Rejection, type Source } from '#ingest/source';
import { admission } from '#methodology/admission';
import { canonicalHash, canonicalJson } from '#methodology/canonical';
import { decimalOfNumber, formatDecimal, parseDecimal } from '#methodology/decimal';
import { hardwareClass } from '#methodology/hardware';
import { isCountry, regionBlock } from '#methodology/regions';
import type { Cancellation } from '#store/clickhouse/cancellations';
import { plainPrice } from '#store/clickhouse/observations';
import type { Attributes, Capture, Observation, Quarantined } from '#store/observation';

/** Who speaks: the contributor, and the venue it operates, if any. */
export interface Speaker {
  contributor: string;
  venue: string | null;
}

/** What a line came to, before it is known whether we had it already. Leaf texts are canonical JSON of the fact. */
export type Judged =
  | { kind: 'observation'; observation: Observation; row: string; leaf: string; rejected: Quarantined | null }
  | { kind: 'cancellation'; cancellation: Cancellation; leaf: string }
  | { kind: 'refused'; rejected: Quarantined };

const HOURS_SCALE = 6;
/** Volume stated and volume computed may differ by rounding: a hundredth of a GPU-hour. */
const HOURS_TOLERANCE = 10n ** BigInt(HOURS_SCALE - 2);

export const sourceIdOf = (contributor: string) => `contribution:${contributor}`;

/** A contributor as a source: it is never asked, it tells. Its captures hold sealed lines. */
export function contributionSource(speaker: Speaker): Source {
  const { contributor } = speaker;
  return {
    id: sourceIdOf(contributor),
    title: `Contributions of ${contributor}`,
    homepage: '',
    provider: null,
    venue_type: 'exchange',
    evidence: ['transaction', 'executable', 'listed'],
    aggregator: false,
    schedule: '0 0 1 1 *',
    freshness_objective_seconds: 86_400,
    budget: { requests: 0, body_bytes: 0, sweep_seconds: 0, pause_ms: 0, timeout_ms: 0 },
    terms: { status: 'permitted', note: 'Sent to us by the contributor for this use.', url: '' },
    key_variable: null,
    tested_on: 'recorded',
    requests: () => [],
    parse({ text }) {
      const parsed = emptyParsed();
      for (const line of text.split('\n')) {
        const sealed = JSON.parse(line) as SealedLine | { refused: string };
        if ('refused' in sealed || sealed.form === 'cancel') continue;
        const row = rowOf(sealed, speaker);
        if (!('reason' in row)) parsed.rows.push(row);
      }
      return parsed;
    },
    canary: () => null,
  };
}

const refuse = (reason: string, detail: string): Refusal => ({ reason, detail });

const plain = (value: number | string) => (typeof value === 'number' ? decimalOfNumber(value) : value) ?? '';

/** A decimal in its one spelling. */
const spelled = (text: string) => (/^[1-9]\d{0,11}$/.test(text) ? text : plainPrice(text));

/** The volume in GPU-hours as a plain decimal, from what is stated of it. */
function volumeOf(line: Line): string | Refusal {
  const { gpus, duration_hours: hours } = line;
  // The plain case, by far the most of them: whole hours, nothing else stated.
  if (
    line.gpu_hours === undefined &&
    gpus !== undefined &&
    Number.isSafeInteger(Number(hours) * gpus) &&
    Number.isInteger(Number(hours))
  ) {
    return String(Number(hours) * gpus);
  }
  const stated = line.gpu_hours === undefined ? null : parseDecimal(plain(line.gpu_hours), HOURS_SCALE);
  const computed =
    line.duration_hours === undefined || line.gpus === undefined
      ? null
      : parseDecimal(plain(line.duration_hours), HOURS_SCALE) * BigInt(line.gpus);
  const volume = stated ?? computed;
  if (volume === null) return refuse('volume.missing', 'a print must have gpu_hours, or gpus and duration_hours');
  if (volume <= 0n) return refuse('volume.zero', 'the volume rounds to 0 GPU-hours');
  if (stated !== null && computed !== null) {
    const difference = stated > computed ? stated - computed : computed - stated;
    if (difference > HOURS_TOLERANCE) return refuse('volume.mismatch', 'gpu_hours is not gpus times duration_hours');
  }
  return plainPrice(formatDecimal(volume, HOURS_SCALE));
}

/** Names the party whose capacity it is: the provider stated, else the blinded seller, as a host of its venue. */
function providerOf(line: Line, venue: string): string {
  const host = line.provider ?? line.seller?.slice(0, 16);
  return host === undefined || host === venue ? venue : `${venue}/${host}`;
}

function attributesOf(line: SealedLine): Attributes {
  const attributes: Attributes = { ...line.attributes, form: line.form };
  for (const name of ['side', 'region', 'corrected_at', 'bids_withheld'] as const) {
    const value = line[name];
    if (value !== undefined) attributes[name] = value;
  }
  if (line.duration_hours !== undefined) attributes.duration_hours = spelled(plain(line.duration_hours));
  if (line.grade) {
    attributes.attestation = line.grade.grade;
    if (line.grade.grade === 'C' && line.grade.reason !== null) attributes.attestation_reason = line.grade.reason;
  }
  return attributes;
}

/** What is off in what a line says of its hardware and place, or null. */
function mismatch(line: Line, source: string): Refusal | null {
  if (line.hardware_class === undefined && line.label === undefined) {
    return refuse('label.missing', `a ${line.form} must have label or hardware_class`);
  }
  if (line.hardware_class !== undefined) {
    if (!hardwareClass(line.hardware_class))
      return refuse('hardware.unknown_class', 'hardware_class is not one of ours');
    if (line.label !== undefined) {
      const memoryGb = line.memory_gb === undefined ? null : Number(line.memory_gb);
      const named = identify({ source, label: line.label, memoryGb }).hardwareClass;
      if (named !== null && named !== line.hardware_class) {
        return refuse('hardware.mismatch', `label names ${named}, hardware_class ${line.hardware_class}`);
      }
    }
  }
  if (line.country !== undefined && !isCountry(line.country)) {
    return refuse('country.unknown', 'country is not an ISO 3166-1 country');
  }
  if (line.region !== undefined && line.country !== undefined && regionBlock(line.country) !== line.region) {
    return refuse('region.mismatch', `${line.country} does not lie in ${line.region}`);
  }
  return null;
}

/** Turns a sealed line other than a cancel into the row that `admit` judges. Pure. */
export function rowOf(line: SealedLine, { contributor, venue: own }: Speaker): RawRow | Refusal {
  const off = mismatch(line, sourceIdOf(contributor));
  if (off) return off;
  const venue = line.venue ?? own ?? contributor;
  const isVenue = line.form === 'auction' || line.side === 'venue';
  if (isVenue && own !== venue) {
    return refuse(
      'side.not_the_venue',
      'only the operator of a venue speaks for it: this key belongs to none or to another',
    );
  }
  const row: RawRow = {
    native_id: `quote/${venue}/${line.quote_id}`,
    event_at: line.event_at,
    provider: providerOf(line, venue),
    label: line.label ?? line.hardware_class ?? '',
    memory_gb: line.memory_gb === undefined ? null : Number(line.memory_gb),
    gpus: line.gpus ?? null,
    available_gpus: line.available_gpus ?? null,
    tenor: line.tenor ?? null,
    evidence: line.evidence ?? 'transaction',
    price: line.price ?? line.clearing_price ?? '',
    currency: line.currency ?? '',
    price_basis: line.price_basis ?? 'gpu_hour',
    country: line.country ?? null,
    attributes: attributesOf(line),
  };
  if (line.form === 'quote') return row;
  const volume = volumeOf(line);
  if (typeof volume !== 'string') return volume;
  const id = line.trade_id ?? line.auction_id ?? '';
  row.native_id = line.form === 'auction' ? `auction/${venue}/${id}` : `trade/${venue}/${line.side}/${id}`;
  row.trade = { id, gpu_hours: volume, buyer: line.buyer ?? null, seller: line.seller ?? null };
  return row;
}

function cancellationOf(
  line: SealedLine,
  { contributor, venue: own }: Speaker,
  capture: Capture,
): Cancellation | Refusal {
  const event = Date.parse(line.event_at);
  if (event > Date.parse(capture.fetched_at) + admission.future_tolerance_seconds * 1000) {
    return refuse('event.future', `event_at lies after the contribution at ${capture.fetched_at}`);
  }
  const content = {
    source: sourceIdOf(contributor),
    venue: line.venue ?? own ?? contributor,
    trade_id: line.trade_id ?? '',
    reason: line.reason ?? 'cancelled',
    event_at: new Date(event).toISOString(),
  };
  return {
    cancellation_id: canonicalHash({ form: 'cancel', ...content }).slice(0, 32),
    ...content,
    observed_at: capture.fetched_at,
    capture_id: capture.capture_id,
    capture_sha256: capture.sha256,
  };
}

/** A clock may run ahead of ours: such an event keeps its own time, since it is part of what makes the fact itself. */
function aheadOfUs(row: RawRow, capture: Capture): Capture {
  const event = Date.parse(row.event_at ?? '');
  const received = Date.parse(capture.fetched_at);
  return event > received && event <= received + admission.future_tolerance_seconds * 1000
    ? { ...capture, fetched_at: new Date(event).toISOString() }
    : capture;
}

/** Judges one sealed line as any source's row is judged. Pure: the same line of the same capture is always the same fact. */
export function judgeLine(line: SealedLine | Refusal, speaker: Speaker, source: Source, capture: Capture): Judged {
  const refused = (rejection: Rejection): Judged => ({
    kind: 'refused',
    rejected: quarantined(rejection, source.id, capture),
  });
  if (isRefusal(line)) return refused({ ...line, native_id: '', excerpt: '' });
  const native_id = line.trade_id ?? line.quote_id ?? line.auction_id ?? '';
  if (line.form === 'cancel') {
    const cancellation = cancellationOf(line, speaker, capture);
    return 'detail' in cancellation
      ? refused({ ...cancellation, native_id, excerpt: '' })
      : { kind: 'cancellation', cancellation, leaf: canonicalJson(cancellation) };
  }
  const row = rowOf(line, speaker);
  if ('reason' in row) return refused({ ...row, native_id, excerpt: '' });
  const { observation, rejection } = admit(row, source, aheadOfUs(row, capture));
  if (!observation) return refused(rejection ?? { reason: 'row.refused', detail: '', native_id, excerpt: '' });
  observation.observed_at = capture.fetched_at;
  if (line.hardware_class !== undefined) observation.hardware_class = line.hardware_class;
  if (line.region !== undefined) observation.region = line.region;
  const unknown = observation.hardware_class === null ? rejection : null;
  const { row: stored, canonical } = textsOf(observation);
  return {
    kind: 'observation',
    observation,
    row: stored,
    leaf: canonical,
    rejected: unknown ? quarantined(unknown, source.id, capture) : null,
  };
}
