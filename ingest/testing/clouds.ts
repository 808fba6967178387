import { aws } from '#ingest/sources/aws';
import { awsCapacityBlocks } from '#ingest/sources/aws-capacity-blocks';
import { awsSpot } from '#ingest/sources/aws-spot';
import { azure } from '#ingest/sources/azure';
import { gcp } from '#ingest/sources/gcp';
import { gcpTpu } from '#ingest/sources/gcp-tpu';
import { oci } from '#ingest/sources/oci';
import { documented, has, under } from '#ingest/testing/reading';
import { HTML, type Row, type Specimen, specimenOf } from '#ingest/testing/shapes';

const sku = (description: string, usageType: string, unit: string, units: string, nanos: number): Row => ({
  skuId: description.replaceAll(/\W/g, '').slice(0, 40) + usageType,
  description,
  category: { resourceGroup: 'GPU', usageType },
  serviceRegions: ['us-central1', 'europe-west4'],
  pricingInfo: [
    {
      pricingExpression: {
        usageUnit: unit,
        tieredRates: [{ startUsageAmount: 0, unitPrice: { currencyCode: 'USD', units, nanos } }],
      },
    },
  ],
});
const skuPrices = [
  'pricingInfo[].pricingExpression.tieredRates[].unitPrice.units',
  'pricingInfo[].pricingExpression.tieredRates[].unitPrice.nanos',
];

/** EC2 answers in XML; its rows are flat. */
const ec2 = (root: string, set: string) => ({
  read: (text: string) =>
    [...text.matchAll(/<item>(.*?)<\/item>/g)].map(
      (item) =>
        Object.fromEntries([...(item[1] ?? '').matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map((m) => [m[1], m[2]])) as Row,
    ),
  write: (rows: unknown) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><${set}>${(
      rows as Row[]
    )
      .map(
        (row) =>
          `<item>${Object.entries(row)
            .map(([name, value]) => `<${name}>${value}</${name}>`)
            .join('')}</item>`,
      )
      .join('')}</${set}><nextToken/></${root}>`,
});
const spotReading = ec2('DescribeSpotPriceHistoryResponse', 'spotPriceHistorySet');
const blockReading = ec2('DescribeCapacityBlockOfferingsResponse', 'capacityBlockOfferingSet');
const otherXml = (whole: string, price: string, label: string): Record<string, string> => ({
  'price renamed': whole.replaceAll(price, `${price}V2`),
  'label renamed': whole.replaceAll(label, `${label}V2`),
  'another set': whole.replaceAll('Set>', 'List>'),
  'HTML error page': HTML,
  'empty body': '',
  'JSON null': 'null',
});

const change = (instanceType: string, zone: string, spotPrice: string, timestamp: string): Row => ({
  instanceType,
  productDescription: 'Linux/UNIX',
  spotPrice,
  timestamp,
  availabilityZone: 'us-east-1a',
  availabilityZoneId: zone,
});
const spotChanges = [
  change('p5.48xlarge', 'use1-az1', '58.436000', '2026-07-15T00:00:00.000Z'),
  change('p5.48xlarge', 'use1-az1', '57.100000', '2026-07-14T00:00:00.000Z'),
  change('p5.48xlarge', 'use1-az6', '61.000000', '2026-08-01T00:00:00.000Z'),
  change('g6e.xlarge', 'use1-az1', '0.900000', '2026-08-02T00:00:00.000Z'),
];
const spotAnswer = spotReading.write(spotChanges);
const block = (id: string, instanceType: string, count: string, hours: string, fee: string): Row => ({
  capacityBlockOfferingId: id,
  instanceType,
  availabilityZone: 'us-east-1a',
  instanceCount: count,
  startDate: '2026-08-05T11:30:00.000Z',
  endDate: '2026-08-06T11:30:00.000Z',
  capacityBlockDurationHours: hours,
  upfrontFee: fee,
  currencyCode: 'USD',
  tenancy: 'default',
});
const blocks = [
  block('cb-1', 'p5.48xlarge', '1', '24', '755.00'),
  block('cb-2', 'p5.48xlarge', '2', '168', '10570.00'),
  block('cb-3', 'p6-b200.48xlarge', '1', '24', '1500.00'),
];
const blockAnswer = blockReading.write(blocks);

const product = (instanceType: string, regionCode: string, price: string): Row => ({
  product: {
    productFamily: 'Compute Instance',
    sku: `${instanceType}${regionCode}`.replaceAll(/\W/g, '').toUpperCase(),
    attributes: {
      instanceType,
      regionCode,
      operatingSystem: 'Linux',
      tenancy: 'Shared',
      preInstalledSw: 'NA',
      capacitystatus: 'Used',
      marketoption: 'OnDemand',
    },
  },
  terms: {
    OnDemand: {
      a: {
        effectiveDate: '2026-08-01T00:00:00Z',
        priceDimensions: { b: { unit: 'Hrs', pricePerUnit: { USD: price } } },
      },
    },
  },
});
const priceList = {
  read: (text: string) => (JSON.parse(text) as { PriceList: string[] }).PriceList.map((one) => JSON.parse(one) as Row),
  write: (rows: unknown) =>
    JSON.stringify({
      FormatVersion: 'aws_v1',
      PriceList: Array.isArray(rows) ? rows.map((row) => JSON.stringify(row)) : rows,
    }),
};

/** The documented answers of clouds; the values are invented. */
export const clouds: readonly Specimen[] = [
  specimenOf('documented answer', spotAnswer, {
    ...spotReading,
    source: awsSpot,
    content_type: 'text/xml',
    prices: ['spotPrice'],
    labels: ['instanceType'],
    unknownLabel: (index) => `p99.${index}xlarge`,
    unknown: 'refused',
    isCanary: has('instanceType', /^p5/),
    bare: otherXml(spotAnswer, 'spotPrice', 'instanceType'),
  }),
  specimenOf('documented answer', blockAnswer, {
    ...blockReading,
    source: awsCapacityBlocks,
    content_type: 'text/xml',
    scale: 5,
    prices: ['upfrontFee'],
    labels: ['instanceType'],
    unknownLabel: (index) => `p99.${index}xlarge`,
    unknown: 'refused',
    isCanary: has('instanceType', /^p5/),
    bare: otherXml(blockAnswer, 'upfrontFee', 'instanceType'),
  }),
  documented(
    [
      product('g6e.48xlarge', 'us-east-1', '30.1312'),
      product('p5.48xlarge', 'us-east-1', '55.0400'),
      product('p5.48xlarge', 'eu-north-1', '63.2960'),
    ],
    priceList,
    {
      source: aws,
      prices: ['terms.OnDemand{}.priceDimensions{}.pricePerUnit.USD'],
      labels: ['product.attributes.instanceType'],
      unknownLabel: (index) => `g99.${index}xlarge`,
      unknown: 'refused',
      isCanary: (row) => JSON.stringify(row).includes('g6e'),
    },
  ),
  documented(
    [
      ['Standard_ND96isr_H100_v5', 'eastus', 98.32, 'ND96isrH100v5'],
      ['Standard_ND96isr_H100_v5', 'westeurope', 21.258283, 'ND96isrH100v5 Spot'],
      ['Standard_NC40ads_H100_v5', 'eastus', 6.98, 'NC40adsH100v5'],
    ].map(([armSkuName, armRegionName, retailPrice, meterName]) => ({
      armSkuName,
      armRegionName,
      retailPrice,
      meterName,
      unitOfMeasure: '1 Hour',
      productName: 'Virtual Machines NDsr H100 v5 Series',
      currencyCode: 'USD',
      type: 'Consumption',
      effectiveStartDate: '2023-12-01T00:00:00Z',
    })),
    under('Items', { BillingCurrency: 'USD', NextPageLink: null, Count: 3 }),
    {
      source: azure,
      prices: ['retailPrice'],
      labels: ['armSkuName'],
      unknownLabel: (index) => `Standard_ND${index}_ABACUS_v9`,
      unknown: 'refused',
      isCanary: has('armSkuName', /ND96isr_H100/),
    },
  ),
  documented(
    [
      sku('Nvidia Tesla A100 GPU running in Americas', 'OnDemand', 'h', '2', 933908000),
      sku('A2 Instance Core running in Americas', 'OnDemand', 'h', '0', 31611000),
      sku('A2 Instance Ram running in Americas', 'OnDemand', 'GiBy.h', '0', 4237000),
    ],
    under('skus', { nextPageToken: '' }),
    {
      source: gcp,
      shared: true,
      prices: skuPrices,
      labels: ['description'],
      unknownLabel: (index) => `Abacus ${index} GPU running in Americas`,
      unknown: 'refused',
      isCanary: has('description', /GPU/),
    },
  ),
  // The parts of one machine on two pages: what stands on the first is joined with the last.
  documented(
    [sku('A2 Instance Ram running in Americas', 'OnDemand', 'GiBy.h', '0', 4237000)],
    under('skus', { nextPageToken: '' }),
    {
      source: gcp,
      before: [
        JSON.stringify({
          nextPageToken: 'page-2',
          skus: [
            sku('Nvidia Tesla A100 GPU running in Americas', 'OnDemand', 'h', '2', 933908000),
            sku('A2 Instance Core running in Americas', 'OnDemand', 'h', '0', 31611000),
          ],
        }),
      ],
      shared: true,
      prices: skuPrices,
      labels: [],
      isCanary: () => true,
    },
  ),
  documented(
    [
      sku('Tpu-v5p running in Americas', 'OnDemand', 'h', '4', 200000000),
      sku('Tpu-v6e running in Americas', 'Preemptible', 'h', '1', 890000000),
      sku('Tpu-v3 running in Americas', 'OnDemand', 'h', '8', 0),
    ],
    under('skus', { nextPageToken: '' }),
    {
      source: gcpTpu,
      prices: skuPrices,
      labels: ['description'],
      unknownLabel: (index) => `Tpu-v5abacus${index} running in Americas`,
      isCanary: has('description', /v5|v6/),
    },
  ),
  documented(
    [
      ['B98415', 'Oracle Cloud Infrastructure - Compute - GPU - H100', 10],
      ['B110519', 'OCI - Compute - GPU - H200', 10],
      ['B95909', 'Compute  - GPU - A10', 2],
      ['B111824', 'OCI - NVIDIA AI Enterprise - H100', 2.5],
    ].map(([partNumber, displayName, value]) => ({
      partNumber,
      displayName,
      metricName: 'GPU Per Hour',
      serviceCategory: 'Compute - GPU',
      currencyCodeLocalizations: [{ currencyCode: 'USD', prices: [{ model: 'PAY_AS_YOU_GO', value }] }],
    })),
    under('items'),
    {
      source: oci,
      prices: ['currencyCodeLocalizations[].prices[].value'],
      labels: ['displayName'],
      unknownLabel: (index) => `OCI - Compute - GPU - H100 Abacus ${index}x`,
      isCanary: has('displayName', /GPU - H100/),
    },
  ),
];
