/** How requests went in the last hour, by where they were answered: the contract of what keeps it. */

/** Requests are looked back at for so long. */
export const WINDOW_SECONDS = 3600;

/** An answered request. */
export interface AnsweredRegionally {
  /** Cloudflare's data centre that it came in by; `null` where there are none. */
  readonly colo: string | null;
  /** Until its answer was ready. */
  readonly durationMs: number;
  /** True if it decoded or computed a clip, or gave a result that was kept. */
  readonly isOfClip: boolean;
  readonly isCold: boolean;
  /** True from status 500 on. */
  readonly isError: boolean;
}

/** What became of the requests of one place. */
export interface RegionSummary {
  /** The setting `REGION`; `null` where there is none. */
  readonly region: string | null;
  readonly colo: string | null;
  readonly requests: number;
  /** Those of clips; durations are theirs alone. */
  readonly clips: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly coldStarts: number;
  readonly errors: number;
}

/** Keeps what is noted for an hour. */
export interface RegionLog {
  /** Which requests it knows of: those of this process, or those of all isolates. */
  readonly source: "process" | "analytics-engine";
  /** Never throws, and nobody waits for it. */
  note(request: AnsweredRegionally): void;
  /**
   * Those of the last hour, by region and colo.
   * @throws UndertoneError `not-found` if it cannot be read here, saying why; `storage-unavailable` if not now.
   */
  read(): Promise<RegionSummary[]>;
}
