import type { HistoryFormat } from '#ingest/history/format';
import { gcpHistory } from '#ingest/history/gcp';
import { awsHistory, azureHistory } from '#ingest/history/rate-cards';
import { skypilot } from '#ingest/history/skypilot';

/** Every format of a recorded history, in the order in which they are listed. */
export const historyFormats: readonly HistoryFormat[] = [skypilot, gcpHistory, awsHistory, azureHistory];

/** A format by its name on the command line. */
export function historyFormat(id: string): HistoryFormat | undefined {
  return historyFormats.find((format) => format.id === id);
}
