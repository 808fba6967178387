import type { Parsed } from '#ingest/source';
import { refuse } from '#ingest/sources/kit/rows';
import { type Instance, instance } from '#methodology/instances';

/**
 * What an instance type holds. One that is not in the table is refused as an unknown label, so that it is seen and typed in:
 * neither its chip nor its lot is guessed from its name.
 */
export function knownInstance(
  parsed: Parsed,
  cloud: Instance['cloud'],
  name: string,
  nativeId: string,
  value: unknown,
) {
  const known = instance(cloud, name);
  if (!known) refuse(parsed, 'hardware.unknown_label', `${name} is no instance type of the table`, nativeId, value);
  return known;
}
