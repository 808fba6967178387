/**
 * AWS EC2 Capacity Blocks: offers to buy dated blocks of GPU instances.
 * Page: https://docs.aws.amazon.com/AWSEC2/latest/APIReference (DescribeCapacityBlockOfferings). Terms: not read.
 * Traps: the fee is for the whole block, all instances and hours, paid up front: the price of an hour is the fee over its hours; a block
 * starts later and has an end, so it is no on-demand price (`starts`, `ends`); the chip is not named (methodology/instances tells).
 */
import { z } from 'zod';
import { eachRow, fieldText } from '#ingest/shape';
import { emptyParsed, type Source } from '#ingest/source';
import { ec2Request, readEc2, regionOfEc2, signEc2 } from '#ingest/sources/kit/aws';
import { knownInstance } from '#ingest/sources/kit/instances';
import { addQuote } from '#ingest/sources/kit/rows';
import { divideHalfEven, formatDecimal, parseDecimal } from '#methodology/decimal';
import { countryOfRegion } from '#methodology/instances';

const SCALE = 18;
const TYPES = ['p5.48xlarge', 'p5en.48xlarge', 'p6-b200.48xlarge'];
const REGIONS = ['us-east-1', 'us-east-2', 'us-west-2'];
const HOURS = ['24', '168'];
const whole = z.string().regex(/^[1-9]\d{0,5}$/);
const offerSchema = z.object({
  capacityBlockOfferingId: z.string().min(1),
  instanceType: z.string().min(1),
  availabilityZone: z.string().min(1),
  instanceCount: whole,
  startDate: z.iso.datetime({ offset: true }),
  endDate: z.iso.datetime({ offset: true }),
  capacityBlockDurationHours: whole,
  upfrontFee: z.string().regex(/^-?\d{1,12}(\.\d{1,12})?$/),
  currencyCode: z.string().max(10),
});

export const awsCapacityBlocks: Source = {
  id: 'aws-capacity-blocks',
  title: 'AWS Capacity Blocks',
  homepage: 'https://aws.amazon.com/ec2/capacityblocks/',
  provider: 'aws',
  venue_type: 'hyperscaler',
  evidence: ['executable'],
  aggregator: false,
  schedule: '32 */2 * * *',
  freshness_objective_seconds: 28_800,
  budget: { requests: 30, body_bytes: 2_000_000, sweep_seconds: 180, pause_ms: 1000, timeout_ms: 20_000 },
  terms: { status: 'unknown', note: 'Terms not read.', url: 'https://aws.amazon.com/service-terms/' },
  key_variable: 'AWS_PRICE_READER',
  authorise: signEc2,
  tested_on: 'documented',
  requests: () =>
    REGIONS.flatMap((region) =>
      TYPES.flatMap((type) =>
        HOURS.map((hours) =>
          ec2Request(region, 'DescribeCapacityBlockOfferings', {
            CapacityDurationHours: hours,
            InstanceCount: '1',
            InstanceType: type,
          }),
        ),
      ),
    ),
  parse(capture) {
    const parsed = emptyParsed();
    const region = regionOfEc2(capture.url);
    const { items, more } = readEc2(capture.text, 'DescribeCapacityBlockOfferingsResponse', 'capacityBlockOfferingSet');
    parsed.complete = !more;
    const id = (offer: unknown) => fieldText(offer, 'capacityBlockOfferingId');
    eachRow(items, offerSchema, id, parsed, (offer) => {
      const native_id = offer.capacityBlockOfferingId;
      const known = knownInstance(parsed, 'aws', offer.instanceType, native_id, offer);
      if (!known) return;
      const hourly = divideHalfEven(parseDecimal(offer.upfrontFee, SCALE), BigInt(offer.capacityBlockDurationHours));
      addQuote(parsed, {
        native_id,
        provider: 'aws',
        label: known.label,
        memory_gb: known.memory_gb,
        gpus: known.gpus * Number(offer.instanceCount),
        evidence: 'executable',
        price: formatDecimal(hourly, SCALE),
        currency: offer.currencyCode,
        price_basis: 'lot_hour',
        country: countryOfRegion('aws', region),
        attributes: {
          product: 'capacity-block',
          instance: offer.instanceType,
          zone: offer.availabilityZone,
          starts: offer.startDate,
          ends: offer.endDate,
          hours: Number(offer.capacityBlockDurationHours),
          upfront_fee: offer.upfrontFee,
        },
      });
    });
    return parsed;
  },
  canary: (parsed) =>
    parsed.rows.some((row) => row.attributes.instance === 'p5.48xlarge') ? null : 'not one block of p5.48xlarge',
};
