import { clouds } from '#ingest/testing/clouds';
import { offers } from '#ingest/testing/offers';
import { posted } from '#ingest/testing/posted';
import type { Specimen } from '#ingest/testing/shapes';
import { signals } from '#ingest/testing/signals';
import { trades } from '#ingest/testing/trades';

/** Specimens of the documented answer of each source that answers in JSON or XML. */
export const venues: readonly Specimen[] = [...trades, ...offers, ...clouds, ...posted, ...signals];
