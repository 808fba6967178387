import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const HEADERS = {
  skypilot:
    'observed_at,cloud,instance_type,accelerator,accelerator_count,vcpus,memory_gib,region,zone,price_ondemand_usd_hr,price_spot_usd_hr,event,schema,commit',
  looks: 'observed_at,cloud,schema,commit,accelerator_rows',
  gcp: 'observed_at,cloud,instance_type,accelerator_meta,region,usd_hr_ondemand,usd_hr_spot,usd_month_1y_cud,usd_month_3y_cud,event,commit',
  aws: 'observed_at,generated_at,cloud,instance_type,region,ondemand_usd_hr,event,commit',
  azure: 'observed_at,generated_at,cloud,sku,region,ondemand_usd_hr,event,commit',
} as const;

/** Writes rows under the header of a format, gzipped where the name says so. @returns the path */
export function writeHistory(
  folder: string,
  name: string,
  format: keyof typeof HEADERS,
  rows: readonly string[],
): string {
  const path = join(folder, name);
  const text = `${[HEADERS[format], ...rows].join('\n')}\n`;
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

/** A small catalogue in SkyPilot's format: changes, an end and a return, spot that ends alone, and traps. */
export const SKYPILOT_ROWS = [
  '2024-01-01T00:00:00Z,aws,p5.48xlarge,H100,8,192,2048,us-east-1,us-east-1a,98.32,40.5,new,v5,a',
  '2024-01-01T07:00:00Z,aws,p5.48xlarge,H100,8,192,2048,us-east-1,us-east-1a,98.32,41,change,v5,b',
  '2024-01-01T14:00:00Z,aws,p5.48xlarge,H100,8,192,2048,us-east-1,us-east-1a,98.32,,change,v5,c',
  '2024-01-02T00:00:00Z,aws,p5.48xlarge,H100,8,192,2048,us-east-1,us-east-1a,,,removed,v5,d',
  '2024-01-03T00:00:00Z,aws,p5.48xlarge,H100,8,192,2048,us-east-1,us-east-1a,98.320,42.10,new,v5,e',
  '2024-01-01T00:00:00Z,aws,p4d.24xlarge,A100,8,96,1152,eu-west-1,eu-west-1b,35.39655,12,new,v5,a',
  '2024-01-01T00:00:00Z,aws,p4de.24xlarge,A100-80GB,8,96,1152,us-east-1,us-east-1a,40.96575,,new,v5,a',
  '2024-01-01T00:00:00Z,aws,inf2.48xlarge,Inferentia,12,192,384,us-east-1,us-east-1a,12.98127,4.1,new,v5,a',
  '2024-01-01T00:00:00Z,gcp,,A100,8,,0,us-central1,us-central1-a,23.472,7.04,new,v5,a',
  '2024-01-01T00:00:00Z,gcp,,tpu-v4-8,1,,0,us-central2,us-central2-b,12.88,3.8,new,v5,a',
  '2024-01-01T00:00:00Z,runpod,8x_H100_SECURE,H100,8,128,1024,CA,,31.12,20.5,new,v5,a',
  '2024-01-01T00:00:00Z,ovhcloud,a100-180,A100-80GB,1,,0,GRA,GRA11,3.10,,new,v5,a',
  '2024-01-01T00:00:00Z,azure,Standard_NC24ads_A100_v4,A100-80GB,1,24,220,eastus,,3.673,1.47,new,v5,a',
  // Wrong or partial counts, and a label with every character that JSON escapes.
  '2024-01-01T00:00:00Z,azure,Standard_ND96isr_H100_v5,H100,12,96,1900,eastus,,98.32,,new,v5,a',
  '2024-01-01T00:00:00Z,azure,Standard_NV6ads_A10_v5,A10,1,6,55,eastus,,0.454,0.09,new,v5,a',
  '2024-01-01T00:00:00Z,lambda,odd,"Quo""te\\back/é漢😀",1,,0,nowhere,,1.5,,new,v5,a',
  // Prices and instants that are none.
  '2024-01-01T00:00:00Z,oci,BM.GPU.A100-v2.8,A100-80GB,8,,0,uk-london-1,bxtG:UK-LONDON-1-AD-1,0,,new,v5,a',
  '2024-01-01T01:00:00Z,oci,BM.GPU.A100-v2.8,A100-80GB,8,,0,uk-london-1,bxtG:UK-LONDON-1-AD-1,-3,,change,v5,a',
  '2024-01-01T02:00:00Z,oci,BM.GPU.A100-v2.8,A100-80GB,8,,0,uk-london-1,bxtG:UK-LONDON-1-AD-1,NaN,,change,v5,a',
  '2024-01-01T03:00:00Z,oci,BM.GPU.A100-v2.8,A100-80GB,8,,0,uk-london-1,bxtG:UK-LONDON-1-AD-1,1e3,,change,v5,a',
  '2024-01-01T04:00:00Z,oci,BM.GPU.A100-v2.8,A100-80GB,8,,0,uk-london-1,bxtG:UK-LONDON-1-AD-1,2000000,,change,v5,a',
  '2024-01-01T05:00:00Z,oci,BM.GPU.A100-v2.8,A100-80GB,8,,0,uk-london-1,bxtG:UK-LONDON-1-AD-1,999999999999999999999999,,change,v5,a',
  '2024-02-30T00:00:00Z,oci,BM.GPU.A100-v2.8,A100-80GB,8,,0,uk-london-1,bxtG:UK-LONDON-1-AD-1,32,,change,v5,a',
  '01/02/2024 10:00,oci,BM.GPU.A100-v2.8,A100-80GB,8,,0,uk-london-1,bxtG:UK-LONDON-1-AD-1,32,,change,v5,a',
  '2031-01-01T00:00:00Z,oci,BM.GPU.A100-v2.8,A100-80GB,8,,0,uk-london-1,bxtG:UK-LONDON-1-AD-1,32,,change,v5,a',
  '1999-01-01T00:00:00Z,oci,BM.GPU.A100-v2.8,A100-80GB,8,,0,uk-london-1,bxtG:UK-LONDON-1-AD-1,32,,change,v5,a',
  '2024-01-01T06:00:00Z,oci,BM.GPU.A100-v2.8,A100-80GB,8,,0,uk-london-1,bxtG:UK-LONDON-1-AD-1,0.0001000000000000001,,change,v5,a',
  '2024-01-01T07:00:00Z,oci,BM.GPU.A100-v2.8,A100-80GB,8,,0,uk-london-1,bxtG:UK-LONDON-1-AD-1,32.00,,change,v5,a',
  '2024-01-01T00:00:00Z,unheardof,big,H100,8,,0,mars,,10,,new,v5,a',
  // Short, and twice the same.
  '2024-01-01T00:00:00Z,aws',
  '2024-01-01T07:00:00Z,oci,BM.GPU.A100-v2.8,A100-80GB,8,,0,uk-london-1,bxtG:UK-LONDON-1-AD-1,32.00,,change,v5,a',
];

/** Change points of AWS spot, `lines` lines at `instants` instants: enough for several chunks. */
export function manyRows(lines: number, instants: number): string[] {
  const rows: string[] = [];
  const start = Date.parse('2023-01-01T00:00:00Z');
  for (let at = 0; at < instants; at += 1) {
    const instant = new Date(start + at * 7 * 3_600_000).toISOString().replace('.000Z', 'Z');
    for (let line = 0; line < lines; line += 1) {
      const spot = (1 + ((line * 7919 + at * 104_729) % 100_003) / 100_003).toFixed(4);
      rows.push(
        `${instant},aws,g5.xlarge,A10G,1,4,16,us-east-1,zone-${line},1.006,${spot},${at === 0 ? 'new' : 'change'},v5,x`,
      );
    }
  }
  return rows;
}
