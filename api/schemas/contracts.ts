import { z } from '@hono/zod-openapi';
import { day, hash, instant } from '#api/schemas/derived-parts';
import type {
  Assumed,
  CertificateSummary,
  ContractAnswer,
  ContractsAnswer,
  FillSource,
  MonthAnswer,
  PublishedCertificate,
  PublishedDetermination,
  Settlement,
  SettlementStamp,
  SettlementSummary,
} from '#api/types';
import { contractSchema } from '#methodology/contracts';

const price = z
  .string()
  .openapi({ description: "Decimal, USD per GPU-hour, a whole number of the contract's ticks.", example: '2.81' });
const value = z.string().openapi({ description: 'Decimal, USD per GPU-hour.', example: '2.8134' });
const exact = z
  .string()
  .openapi({ description: 'Exact ratio in lowest terms, USD per GPU-hour.', example: '61249/21000' });
const usd = z.string().openapi({ description: 'Decimal, USD.', example: '7.30' });
const share = z.string().openapi({ description: 'Decimal between 0 and 1.', example: '0.954545' });
const month = z.string().openapi({ description: 'Delivery month.', example: '2026-07' });
const fixIdentity = z
  .string()
  .openapi({ description: 'Series, strike and revision.', example: 'CSI-H100-SXM-80@2026-07-28T15:00:00.000Z#0' });
const band = z
  .enum(['settles', 'review', 'determination'])
  .openapi({ description: 'How far the rules alone go; while fixes are open, the best that can still come of it.' });

const terms = contractSchema.openapi('ContractTerms');

const assumed = z.object({ fix: fixIdentity, value, price }) satisfies z.ZodType<Assumed>;

const summaryShape = {
  contract: z.string(),
  month,
  series: z.string(),
  as_of: instant,
  final: z.boolean(),
  final_at: instant,
  last_trading_day: day,
  counts: z.object({
    scheduled: z.int(),
    locked: z.int(),
    provisional: z.int(),
    open: z.int(),
    missed: z.int(),
    filled: z.int(),
    dropped: z.int(),
  }),
  coverage: z.object({ share, longest_gap: z.int(), longest_gap_share: share }),
  band,
  mean: exact.nullable(),
  price: price.nullable(),
  range: z.object({ from: instant, low: assumed, high: assumed, expected: assumed }).nullable().openapi({
    description: 'If every open fix came in at the lowest, the highest and the last fix of the trailing days.',
  }),
  gpu_hours: z.int().nullable(),
  tick_value: usd.nullable(),
  contract_value: usd.nullable(),
  simulated: z.boolean(),
};

const summary = z.object(summaryShape).openapi('SettlementSummary') satisfies z.ZodType<SettlementSummary>;

const fillSource = z.object({ strike: instant, id: fixIdentity, hash, value }) satisfies z.ZodType<FillSource>;

const stamp = z
  .object({
    date: day,
    strike: instant,
    state: z.enum(['locked', 'provisional', 'open', 'missed']),
    fix: z.object({ id: fixIdentity, hash, level: z.int().nullable(), value: value.nullable() }).nullable(),
    reason: z.string().nullable(),
    fill: z.object({ value: exact, from: z.array(fillSource) }).nullable(),
  })
  .openapi('SettlementStamp') satisfies z.ZodType<SettlementStamp>;

const settlement = z
  .object({
    ...summaryShape,
    methodology: z.array(z.object({ version: z.string(), sha256: hash })),
    holidays: z.array(z.object({ date: day, name: z.string() })),
    stamps: z.array(stamp),
  })
  .openapi('Settlement') satisfies z.ZodType<Settlement>;

const certificateShape = {
  month,
  outcome: z.enum(['settled', 'review', 'determination']),
  settlement_price: price.nullable(),
  hash,
  issued_at: instant,
  previous: hash.nullable(),
};

const certificateSummary = z
  .object(certificateShape)
  .openapi('CertificateSummary') satisfies z.ZodType<CertificateSummary>;

const publishedCertificate = z
  .object({
    ...certificateShape,
    canonical: z.string().openapi({ description: 'Canonical JSON (RFC 8785): what was hashed and signed.' }),
    signature: z.string().openapi({ description: 'Ed25519 over the UTF-8 bytes of `canonical`, base64url.' }),
    key_id: z.string(),
  })
  .openapi('PublishedCertificate') satisfies z.ZodType<PublishedCertificate>;

const determination = z
  .object({ price, by: z.string(), reasons: z.string(), at: instant, hash })
  .openapi('Determination', {
    description: 'A signed record of the log: what the calculation agent determined where the rules give no price.',
  }) satisfies z.ZodType<PublishedDetermination>;

export const contractsAnswer = z
  .object({
    contracts: z.array(
      contractSchema
        .pick({
          id: true,
          title: true,
          form: true,
          hardware_class: true,
          series: true,
          tick: true,
          currency: true,
          quantity: true,
        })
        .extend({ latest: summary.nullable() }),
    ),
  })
  .openapi('ContractsAnswer') satisfies z.ZodType<ContractsAnswer>;

export const contractAnswer = z
  .object({
    terms,
    terms_in_words: z.array(z.object({ term: z.string(), words: z.string() })),
    sha256: hash,
    months: z.array(month),
    certificates: z.array(certificateSummary),
  })
  .openapi('ContractAnswer') satisfies z.ZodType<ContractAnswer>;

export const monthAnswer = z
  .object({
    terms,
    sha256: hash,
    settlement,
    sentence: z.string(),
    band_sentence: z.string(),
    certificate: publishedCertificate.nullable(),
    determination: determination.nullable(),
  })
  .openapi('MonthAnswer') satisfies z.ZodType<MonthAnswer>;

/** The bundle is for `settle verify`, which reads it strictly; here it is any JSON of its format. */
export const certificateBundle = z
  .looseObject({ format: z.literal('csi-certificate-bundle/1') })
  .openapi('CertificateBundle', {
    description: 'Everything needed to check the certificate and compute it again, offline.',
  });
