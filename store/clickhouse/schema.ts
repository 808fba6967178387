/**
 * The ClickHouse tables, as forward-only migrations: each runs once, in order, and is recorded in `csi.migrations`.
 * Observations keep the first-learned version of a fact, whoever stored it last: the version falls as `observed_at` rises.
 */
export const migrations: readonly { id: number; statements: readonly string[] }[] = [
  {
    id: 1,
    statements: [
      `CREATE TABLE IF NOT EXISTS csi.captures (
        capture_id String, source LowCardinality(String), sweep_id String, sequence UInt32, last Bool,
        url String, request String, status UInt16, content_type LowCardinality(String),
        fetched_at DateTime64(3, 'UTC'), sha256 String, bytes UInt64,
        body_encoding LowCardinality(String), body String CODEC(ZSTD(3))
      ) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(fetched_at) ORDER BY (source, fetched_at, capture_id)`,
      `CREATE TABLE IF NOT EXISTS csi.capture_outcomes (
        capture_id String, source LowCardinality(String), fetched_at DateTime64(3, 'UTC'),
        observations UInt32, quarantined UInt32
      ) ENGINE = ReplacingMergeTree ORDER BY (source, fetched_at, capture_id)`,
      `CREATE TABLE IF NOT EXISTS csi.observations (
        observation_id String, source LowCardinality(String), native_id String, sweep_id String,
        event_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD), observed_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
        provider LowCardinality(String), venue LowCardinality(String), venue_type LowCardinality(String),
        evidence LowCardinality(String), aggregator Bool,
        label LowCardinality(String), memory_gb Nullable(Float64), hardware_class LowCardinality(String),
        gpus Nullable(UInt32), available_gpus Nullable(UInt32),
        tenor LowCardinality(String), country LowCardinality(String), region LowCardinality(String),
        price Decimal(38, 18), currency LowCardinality(String), price_basis LowCardinality(String),
        attributes String CODEC(ZSTD), trade String, capture_id String, capture_sha256 String,
        change_point Bool MATERIALIZED position(attributes, '"change_point":true') > 0,
        version UInt64 MATERIALIZED bitNot(toUInt64(toUnixTimestamp64Milli(observed_at))),
        INDEX by_id observation_id TYPE bloom_filter GRANULARITY 2
      ) ENGINE = ReplacingMergeTree(version) PARTITION BY toYYYYMM(event_at)
        ORDER BY (hardware_class, source, native_id, event_at, observation_id)`,
      `CREATE TABLE IF NOT EXISTS csi.sweeps (
        source LowCardinality(String), sweep_id String, observed_at DateTime64(3, 'UTC'), complete Bool, covers Array(String)
      ) ENGINE = ReplacingMergeTree ORDER BY (source, observed_at, sweep_id)`,
      `CREATE TABLE IF NOT EXISTS csi.withdrawals (
        source LowCardinality(String), native_id String, at DateTime64(3, 'UTC'), sweep_id String
      ) ENGINE = ReplacingMergeTree ORDER BY (source, native_id, at)`,
      `CREATE TABLE IF NOT EXISTS csi.quarantine (
        quarantine_id String, source LowCardinality(String), capture_id String, observed_at DateTime64(3, 'UTC'),
        reason LowCardinality(String), detail String, native_id String, excerpt String
      ) ENGINE = ReplacingMergeTree ORDER BY (source, observed_at, quarantine_id)`,
      `CREATE TABLE IF NOT EXISTS csi.exchange_rates (
        date Date, currency LowCardinality(String), usd_per_unit Decimal(38, 18), source LowCardinality(String),
        observed_at DateTime64(3, 'UTC'), capture_id String
      ) ENGINE = ReplacingMergeTree ORDER BY (currency, date, observed_at)`,
      `CREATE TABLE IF NOT EXISTS csi.fix_inputs (
        series LowCardinality(String), strike DateTime64(3, 'UTC'), revision UInt16, position UInt32,
        observation_id String, normalised_price Nullable(Decimal(38, 6)), weight Decimal(38, 12), stood_seconds UInt32,
        included Bool, reason LowCardinality(String), detail String
      ) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(strike) ORDER BY (series, strike, revision, position)`,
      `CREATE TABLE IF NOT EXISTS csi.fix_evidence (
        series LowCardinality(String), strike DateTime64(3, 'UTC'), revision UInt16,
        observations Array(String), sweeps Array(String), rates String, withdrawals String
      ) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(strike) ORDER BY (series, strike, revision)`,
      `CREATE TABLE IF NOT EXISTS csi.fixes (
        series LowCardinality(String), strike DateTime64(3, 'UTC'), revision UInt16, date Date,
        value Nullable(Decimal(38, 6)), level UInt8, status LowCardinality(String), reason String,
        p25 Nullable(Decimal(38, 6)), p75 Nullable(Decimal(38, 6)), providers UInt32,
        hash String, published_at DateTime64(3, 'UTC')
      ) ENGINE = ReplacingMergeTree ORDER BY (series, strike, revision)`,
    ],
  },
  {
    id: 2,
    statements: [
      `CREATE TABLE IF NOT EXISTS csi.cancellations (
        cancellation_id String, source LowCardinality(String), venue LowCardinality(String), trade_id String,
        reason LowCardinality(String), event_at DateTime64(3, 'UTC'), observed_at DateTime64(3, 'UTC'),
        capture_id String, capture_sha256 String
      ) ENGINE = ReplacingMergeTree ORDER BY (source, venue, trade_id, cancellation_id)`,
    ],
  },
  {
    id: 3,
    statements: [
      `CREATE TABLE IF NOT EXISTS csi.token_prices (
        token_price_id String, source LowCardinality(String), model LowCardinality(String), variant LowCardinality(String),
        provider LowCardinality(String), endpoint String, kind LowCardinality(String),
        prompt_usd_per_million Nullable(Decimal(38, 18)), completion_usd_per_million Nullable(Decimal(38, 18)),
        tokens Nullable(UInt64), event_at DateTime64(3, 'UTC'), observed_at DateTime64(3, 'UTC'),
        capture_id String, capture_sha256 String,
        version UInt64 MATERIALIZED bitNot(toUInt64(toUnixTimestamp64Milli(observed_at)))
      ) ENGINE = ReplacingMergeTree(version) PARTITION BY toYYYYMM(event_at)
        ORDER BY (model, variant, kind, provider, endpoint, source, event_at, token_price_id)`,
      `CREATE TABLE IF NOT EXISTS csi.signals (
        signal_id String, source LowCardinality(String), native_id String, provider LowCardinality(String),
        label LowCardinality(String), memory_gb Nullable(Float64), hardware_class LowCardinality(String),
        region LowCardinality(String), name LowCardinality(String), value Decimal(38, 18),
        event_at DateTime64(3, 'UTC'), observed_at DateTime64(3, 'UTC'), capture_id String, capture_sha256 String,
        version UInt64 MATERIALIZED bitNot(toUInt64(toUnixTimestamp64Milli(observed_at)))
      ) ENGINE = ReplacingMergeTree(version) PARTITION BY toYYYYMM(event_at)
        ORDER BY (hardware_class, source, native_id, name, event_at, signal_id)`,
    ],
  },
  {
    id: 4,
    statements: ['ALTER TABLE csi.fix_evidence ADD COLUMN IF NOT EXISTS cancellations String'],
  },
  {
    id: 5,
    statements: [
      `CREATE TABLE IF NOT EXISTS csi.indicative (
        series LowCardinality(String), at DateTime64(3, 'UTC'), value Decimal(38, 6), level UInt8, providers UInt32
      ) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(at) ORDER BY (series, at)`,
    ],
  },
];
