import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CapacityFacts, capacityRegions, classCapacity } from '#index-engine/capacity/capacity';
import { capacityRules, capacitySchema } from '#methodology/capacity';
import { parseReference } from '#methodology/reference';
import type { Look, UnitSeen } from '#store/clickhouse/capacity';
import type { Signal } from '#store/clickhouse/signals';

const { rules } = capacityRules();
const CLASS = 'H100-SXM-80';
const AT = '2026-07-28T15:00:00.000Z';
const hoursBefore = (hours: number) => new Date(Date.parse(AT) - hours * 3_600_000).toISOString();

const look = (source: string, hours: number): Look => ({
  source,
  sweep_id: `${source}-${hours}`,
  at: hoursBefore(hours),
});
const unit = (source: string, hours: number, name: string, free: number, facts: Partial<UnitSeen> = {}): UnitSeen => ({
  source,
  sweep_id: `${source}-${hours}`,
  hardware_class: CLASS,
  unit: name,
  region: 'US',
  gpus: 8,
  free,
  ...facts,
});
const signal = (source: string, name: Signal['name'], value: string, hours: number, native_id = 'H100'): Signal => ({
  signal_id: `${source} ${name} ${hours} ${native_id}`,
  source,
  native_id,
  provider: source,
  label: native_id,
  memory_gb: null,
  hardware_class: CLASS,
  region: null,
  name,
  value,
  event_at: hoursBefore(hours),
  observed_at: hoursBefore(hours),
  capture_id: '',
  capture_sha256: '',
});
const facts = (some: Partial<CapacityFacts>): CapacityFacts => ({
  looks: [],
  units: [],
  signals: [],
  venues: [],
  ...some,
});
const capacity = (some: Partial<CapacityFacts>) => classCapacity(CLASS, facts(some), AT);

describe('capacity', () => {
  it('of machines that show both is offered, free and rented, by region', () => {
    const { total, regions } = capacity({
      looks: [look('lium', 1)],
      units: [
        unit('lium', 1, 'a', 8),
        unit('lium', 1, 'b', 0),
        unit('lium', 1, 'c', 2, { region: 'EU' }),
        unit('lium', 1, 'd', 1, { region: null, gpus: null }),
      ],
    });
    expect(total).toMatchObject({ offered: 25, free: 11, rented: 14, utilisation: '0.560000' });
    expect(regions.US).toMatchObject({ offered: 16, free: 8, rented: 8, utilisation: '0.500000' });
    expect(regions.EU).toMatchObject({ offered: 8, free: 2, rented: 6, utilisation: '0.750000' });
    expect(regions.APAC).toMatchObject({ offered: 0, free: 0, rented: null, utilisation: null });
    expect(regions.UNKNOWN).toMatchObject({ offered: 1, free: 1 });
  });

  it('that is free alone says nothing of what is rented: unknown is not 0', () => {
    const { total, coverage } = capacity({
      looks: [look('vast', 1)],
      units: [unit('vast', 1, 'vast/1', 4)],
      venues: ['vast', 'runpod', 'lambda', 'crusoe'].map((venue) => ({
        hardware_class: CLASS,
        venue,
        hour: hoursBefore(2),
      })),
    });
    expect(total).toMatchObject({ offered: 4, free: 4, rented: null, utilisation: null, utilisation_share: null });
    expect(coverage).toEqual({ venues_showing: ['vast'], venues_priced: 4, share: '0.250000' });
  });

  it('has a utilisation over the sources that show both alone, and says how much of the free that is', () => {
    const { total } = capacity({
      looks: [look('lium', 1), look('vast', 1)],
      units: [unit('lium', 1, 'a', 2), unit('vast', 1, 'vast/1', 6)],
    });
    expect(total).toMatchObject({
      offered: 14,
      free: 8,
      rented: 6,
      utilisation: '0.750000',
      utilisation_share: '0.250000',
    });
  });

  it('is nothing where a fresh look saw nothing, and unknown where nobody looked', () => {
    const units = [unit('vast', 40, 'vast/1', 4)];
    expect(capacity({ looks: [look('vast', 40), look('vast', 1)], units }).total).toMatchObject({
      offered: 0,
      free: 0,
    });
    const stale = capacity({ looks: [look('vast', 40)], units });
    expect(stale.total).toMatchObject({ offered: null, free: null, stranded: null });
    expect(stale.sources.find(({ source }) => source === 'vast')?.reason).toBe('no whole look in the 26 hours before');
    expect(capacity({}).sources.map(({ reason }) => reason)).toEqual(
      rules.sources.map(() => 'nothing seen of this class'),
    );
  });

  it("takes a venue's own counts in place of its book, of each line the newest, and knows no region of them", () => {
    const { total, regions, sources } = capacity({
      looks: [look('vast', 1)],
      units: [unit('vast', 1, 'vast/1', 4)],
      signals: [
        signal('vast-metrics', 'gpus_rented', '500', 9),
        signal('vast-metrics', 'gpus_rented', '90', 2),
        signal('vast-metrics', 'gpus_rented', '10', 2, 'H100 NVL'),
        signal('vast-metrics', 'gpus_available', '25', 2),
        signal('akash-gpu-prices', 'gpus_available', '75', 3),
        signal('akash-gpu-prices', 'gpus_total', '800', 3),
      ],
    });
    expect(total).toMatchObject({
      offered: 200,
      free: 100,
      rented: 100,
      utilisation: '0.800000',
      utilisation_share: '0.250000',
    });
    expect(regions.US.free).toBeNull();
    expect(sources.filter(({ reason }) => reason === null).map(({ source }) => source)).toEqual([
      'vast-metrics',
      'akash-gpu-prices',
    ]);
    expect(sources.find(({ source }) => source === 'vast')).toMatchObject({
      free: 4,
      reason: 'another source of the venue counts',
    });
  });

  it('looks at nothing that happened or was learned at or after its instant', () => {
    const later = { ...signal('akash-gpu-prices', 'gpus_available', '9', 1), observed_at: AT };
    const before = [signal('akash-gpu-prices', 'gpus_available', '5', 2)];
    expect(capacity({ signals: [...before, later] }).total.free).toBe(5);
    const looks = [look('vast', 1), look('vast', 0)];
    const units = [unit('vast', 1, 'vast/1', 4), unit('vast', 0, 'vast/1', 8)];
    expect(capacity({ looks, units }).total.free).toBe(4);
  });
});

describe('stranded capacity', () => {
  const days = rules.stranded_days;
  /** A look a day, so many days back, the oldest first. */
  const daily = (count: number) => Array.from({ length: count }, (_, index) => 1 + 24 * (count - 1 - index));
  const shown = (hours: readonly number[], freeAt: (hours: number) => Record<string, number>) => ({
    looks: hours.map((one) => look('vast', one)),
    units: hours.flatMap((one) => Object.entries(freeAt(one)).map(([name, free]) => unit('vast', one, name, free))),
  });

  it('is what of each machine was free at every look of the days, of what is offered', () => {
    const { total } = capacity(
      shown(daily(days + 1), (hours) => ({
        // The whole time; half of it once; a day without it; new.
        'vast/always': 8,
        'vast/half': hours > 24 && hours < 48 ? 4 : 8,
        ...(hours > 48 && hours < 72 ? {} : { 'vast/gone': 8 }),
        ...(hours < 24 ? { 'vast/new': 8 } : {}),
      })),
    );
    expect(total).toMatchObject({ offered: 32, stranded: 12, stranded_share: '0.375000' });
  });

  it('is unknown until a look lies so many days back, and where nobody looked for longer than a state stands', () => {
    const free = () => ({ 'vast/1': 8 });
    expect(capacity(shown(daily(days), free)).total.stranded).toBeNull();
    expect(capacity(shown(daily(days + 1), free)).total.stranded).toBe(8);
    const gap = daily(days + 1).filter((hours) => hours !== 49);
    expect(capacity(shown(gap, free)).total.stranded).toBeNull();
  });

  it('of machines that show both is measured against the whole of them', () => {
    const hours = daily(days + 1);
    const { total } = capacity({
      looks: hours.map((one) => look('lium', one)),
      units: hours.flatMap((one) => [unit('lium', one, 'a', 2), unit('lium', one, 'b', 0)]),
    });
    expect(total).toMatchObject({ offered: 16, stranded: 2, stranded_share: '0.125000' });
  });

  it('never grows with one more look, and regions add up to the whole', () => {
    const free = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(free, { minLength: days + 2, maxLength: days + 2 }), (states) => {
        const hours = [...daily(days + 1), 0.5];
        const of = (count: number): Partial<CapacityFacts> => ({
          looks: hours.slice(0, count).map((one) => look('vast', one)),
          units: hours
            .slice(0, count)
            .flatMap((one, index) =>
              (states[index] as number[]).flatMap((gpus, machine) =>
                gpus === 0 ? [] : [unit('vast', one, `vast/${machine}`, gpus, { region: capacityRegions[machine]! })],
              ),
            ),
        });
        const [before, after] = [capacity(of(days + 1)), capacity(of(days + 2))];
        expect(after.total.stranded).toBeLessThanOrEqual(before.total.stranded as number);
        for (const key of ['offered', 'free', 'stranded'] as const) {
          const sum = capacityRegions.reduce((total, region) => total + (after.regions[region][key] ?? 0), 0);
          expect(sum, key).toBe(after.total[key]);
        }
        expect(after.total.stranded).toBeLessThanOrEqual(after.total.offered as number);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the rules of capacity', () => {
  it('say once of each source whether it is read', () => {
    const twice = { ...rules, not_read: [...rules.not_read, { source: 'vast', why: 'x' }] };
    expect(() => parseReference('capacity.json', twice, capacitySchema)).toThrow('vast is there twice');
  });
});
