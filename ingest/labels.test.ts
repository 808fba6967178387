import { beforeAll, describe, expect, it } from 'vitest';
import { identify } from '#ingest/identify';
import { explainLabel } from '#ingest/suggest';
import {
  hasRecordedData,
  labelsIn,
  recordedFiles,
  recordedText,
  type SaidLabel,
} from '#ingest/testing/recorded-labels';
import { aliases } from '#methodology/aliases';
import { hardwareClass, hardwareClasses } from '#methodology/hardware';
import { deliberatelyUnknownInstances, instance } from '#methodology/instances';

if (!hasRecordedData) console.warn('no recorded market data beside the repository: its labels are not swept');

/** What is known of it: by its importer, or by the rules alone. */
const explain = (one: SaidLabel) =>
  one.hardwareClass === undefined
    ? explainLabel(one, one.cloud)
    : { is: 'class' as const, hardwareClass: one.hardwareClass };

// Names of models (tokens/, raw/openrouter/) are no hardware: such files are listed as holding none, with what they hold instead.
describe.skipIf(!hasRecordedData)('every label in the recorded data (skipped without it)', () => {
  const files = new Map<string, SaidLabel[] | null>();
  /** Each once for a source and a memory, with a file that says it. */
  const labels = new Map<string, SaidLabel & { file: string }>();

  beforeAll(() => {
    for (const file of recordedFiles()) {
      const said = labelsIn(file);
      files.set(file, said);
      for (const one of said ?? []) {
        const { source, label, memoryGb, hardwareClass, datasheetId } = one;
        labels.set(JSON.stringify([source, label, memoryGb, hardwareClass, datasheetId]), { ...one, file });
      }
    }
  });

  it('is read: of every file it is said how it names hardware, or that it names none', () => {
    expect([...files].filter(([, said]) => said === null).map(([file]) => file)).toEqual([]);
    expect(files.size).toBeGreaterThan(140);
    expect(labels.size).toBeGreaterThan(1100);
  });

  it('is a class, or deliberately unknown with a reason', () => {
    const unknown = [...labels.values()].flatMap((one) => {
      const known = explain(one);
      return known.is === 'unknown'
        ? [`${one.file}: ${one.source} "${one.label}" ${one.memoryGb}: ${known.detail}`]
        : [];
    });
    expect(unknown).toEqual([]);
  });

  // Names of cards may be listed before a venue writes them. Instance types and odd memory are listed only because a file holds them.
  it('an instance type or a memory listed as deliberately unknown is in the data, and needs its reason', () => {
    const reasons = [...labels.values()].map((one) => ({ one, known: explain(one) }));
    const types = new Set(
      reasons.flatMap(({ one, known }) => (known.is === 'deliberate' ? [`${one.cloud}/${one.label}`] : [])),
    );
    const stale = deliberatelyUnknownInstances().flatMap(({ cloud, instances }) =>
      instances.map((name) => `${cloud}/${name}`).filter((name) => !types.has(name)),
    );
    expect(stale).toEqual([]);
    const refused = reasons.flatMap(({ known }) => (known.is === 'deliberate' ? [known.reason] : []));
    for (const { labels: texts, reason } of aliases().deliberately_unknown_memory)
      expect(
        refused.some((one) => one.endsWith(`: ${reason}`)),
        `${texts}: ${reason}`,
      ).toBe(true);
  });

  it('is of the class that the benchmark and the datasheets say, where they say one', () => {
    const told = [...labels.values()].filter((one) => one.datasheetId !== undefined);
    expect(told.length).toBeGreaterThan(150);
    const byDatasheet = new Map(hardwareClasses().map((one) => [one.datasheet_id, one.id]));
    for (const one of told) {
      const known = explain(one);
      // A name alone may leave the memory open: then it is refused, never of another class.
      if (known.is === 'class' || one.memoryGb !== null)
        expect(known, one.label).toMatchObject({ hardwareClass: byDatasheet.get(one.datasheetId!) });
    }
  });

  it('with a memory is of a class with about that memory', () => {
    for (const one of labels.values()) {
      const known = explain(one);
      if (known.is !== 'class' || one.memoryGb === null) continue;
      const { memory_gb = 0 } = hardwareClass(known.hardwareClass) ?? {};
      expect(Math.abs(one.memoryGb / memory_gb - 1), `${one.source} ${one.label} ${one.memoryGb}`).toBeLessThan(0.12);
    }
  });

  it('instance types hold what AWS itself describes', () => {
    const { InstanceTypes } = JSON.parse(recordedText('raw/aws_ec2/describe_instance_types_gpu_only.json.gz'));
    expect(InstanceTypes.length).toBeGreaterThan(50);
    for (const type of InstanceTypes) {
      const [part] = [
        ...(type.GpuInfo?.Gpus ?? []),
        ...(type.InferenceAcceleratorInfo?.Accelerators ?? []),
        ...(type.NeuronInfo?.NeuronDevices ?? []),
      ];
      const known = instance('aws', type.InstanceType);
      expect(known?.gpus, type.InstanceType).toBe(part.Count);
      const stated = identify({ source: 'aws', label: part.Name, memoryGb: part.MemoryInfo.SizeInMiB / 1024 });
      const tabled = identify({ source: 'aws', label: known!.label, memoryGb: known!.memory_gb });
      expect(tabled.hardwareClass, type.InstanceType).toBe(stated.hardwareClass);
    }
  });

  it('instance types of Google Cloud hold as many as its price list states', () => {
    const lines = recordedText('history/gcp_gpu_price_changes_2022-02_2026-07.csv.gz').split('\n');
    const stated = new Set(lines.slice(1).map((line) => line.split(',').slice(2, 4).join(',').split(';')[0] ?? ''));
    for (const text of stated) {
      const [, type = '', count] = /^([^,]+),[a-z0-9-]+=([\d.]+)$/.exec(text) ?? [];
      if (count === undefined) continue;
      expect(instance('gcp', type)?.gpus ?? 'a part', text).toBe(
        Number.isInteger(Number(count)) ? Number(count) : 'a part',
      );
    }
  });
});
