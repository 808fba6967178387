/**
 * AWS EC2 spot prices, by zone.
 * Page: https://docs.aws.amazon.com/AWSEC2/latest/APIReference (DescribeSpotPriceHistory). Terms: not read.
 * Traps: an item is a change, and holds until the next of its type and zone: the newest is the price now, whatever its age; a zone's
 * name means another place in every account, its id does not; the price is of the whole instance; the chip is not named
 * (methodology/instances tells). The first page reaches back far enough for the types asked; the history is another job.
 */
import { z } from 'zod';
import { eachRow, fieldText } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { ec2Request, readEc2, regionOfEc2, signEc2 } from '#ingest/sources/kit/aws';
import { knownInstance } from '#ingest/sources/kit/instances';
import { addQuote } from '#ingest/sources/kit/rows';
import { countryOfRegion } from '#methodology/instances';

const REGIONS = ['us-east-1', 'us-east-2', 'us-west-2', 'eu-central-1', 'eu-north-1', 'eu-west-1', 'ap-northeast-1'];
const TYPES = [
  'p4d.24xlarge',
  'p4de.24xlarge',
  'p5.4xlarge',
  'p5.48xlarge',
  'p5e.48xlarge',
  'p5en.48xlarge',
  'p6-b200.48xlarge',
  'g6e.xlarge',
  'g6e.48xlarge',
  'g6.xlarge',
  'g5.xlarge',
  'trn1.32xlarge',
];
const changeSchema = z.object({
  instanceType: z.string().min(1),
  productDescription: z.string(),
  spotPrice: z.string(),
  timestamp: z.iso.datetime({ offset: true }),
  availabilityZone: z.string().min(1),
  availabilityZoneId: z.string().min(1),
});
type Change = z.output<typeof changeSchema>;

export const awsSpot: Source = {
  id: 'aws-spot',
  title: 'AWS EC2 spot prices',
  homepage: 'https://aws.amazon.com/ec2/spot/pricing/',
  provider: 'aws',
  venue_type: 'hyperscaler',
  evidence: ['administered'],
  aggregator: false,
  schedule: '34-59/10 * * * *',
  freshness_objective_seconds: 7200,
  budget: { requests: 10, body_bytes: 8_000_000, sweep_seconds: 120, pause_ms: 1000, timeout_ms: 30_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://aws.amazon.com/service-terms/' },
  key_variable: 'AWS_PRICE_READER',
  authorise: signEc2,
  tested_on: 'documented',
  requests: () =>
    REGIONS.map((region) =>
      ec2Request(region, 'DescribeSpotPriceHistory', {
        'ProductDescription.1': 'Linux/UNIX',
        MaxResults: '1000',
        ...Object.fromEntries(TYPES.map((type, index) => [`InstanceType.${index + 1}`, type])),
      }),
    ),
  parse(capture) {
    const parsed = emptyParsed();
    const region = regionOfEc2(capture.url);
    const { items, more } = readEc2(capture.text, 'DescribeSpotPriceHistoryResponse', 'spotPriceHistorySet');
    parsed.complete = !more;
    const newest = new Map<string, Change>();
    const line = (change: Change) => `${change.availabilityZoneId}/${change.instanceType}`;
    eachRow(
      items,
      changeSchema,
      (change) => `${fieldText(change, 'availabilityZoneId')}/${fieldText(change, 'instanceType')}`,
      parsed,
      (change) => {
        const before = newest.get(line(change));
        if (change.productDescription !== 'Linux/UNIX') return;
        if (!before || Date.parse(before.timestamp) < Date.parse(change.timestamp)) newest.set(line(change), change);
      },
    );
    for (const [native_id, change] of newest) {
      const known = knownInstance(parsed, 'aws', change.instanceType, native_id, change);
      if (!known) continue;
      addQuote(parsed, {
        native_id,
        provider: 'aws',
        label: known.label,
        memory_gb: known.memory_gb,
        gpus: known.gpus,
        tenor: 'INT',
        evidence: 'administered',
        price: change.spotPrice,
        currency: 'USD',
        price_basis: 'lot_hour',
        country: countryOfRegion('aws', region),
        attributes: {
          product: 'instance',
          instance: change.instanceType,
          zone: change.availabilityZoneId,
          in_force_since: change.timestamp,
        },
      });
    }
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => String(row.attributes.instance).startsWith('p5')) ? null : 'not one price of a p5 type',
};
