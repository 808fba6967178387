import type { RecentAnswer } from '#api/recent';
import type { Hub } from '#api/stream';
import type { Source } from '#ingest/source';
import type { Store } from '#store/store';

/** What the API is made of. */
export interface ApiParts {
  store: Store;
  clock: () => Date;
  sources: readonly Source[];
  /** When each source runs next, by id; empty where no collector runs in this process. */
  nextRuns: () => ReadonlyMap<string, Date | null>;
  /** The prices come from a simulation. Said in every answer. */
  simulated: boolean;
  /** The built terminal: `terminal/dist`. */
  terminalFolder: string;
}

/** What a route works with. */
export interface ApiContext extends ApiParts {
  hub: Hub;
  /** The newest strikes of every series. */
  recent: () => Promise<RecentAnswer>;
}
