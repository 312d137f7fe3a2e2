/**
 * Requests of all isolates: points of Workers Analytics Engine, read by its SQL API
 * (https://developers.cloudflare.com/analytics/analytics-engine/sql-api/). That API is known from Cloudflare's documentation only.
 */
import { UndertoneError } from "../../errors.ts";
import type { LogEntry } from "../../log.ts";
import type { AnalyticsDataset } from "../analytics-engine.ts";
import { type RegionLog, type RegionSummary, WINDOW_SECONDS } from "./regions.ts";

/** Index and first blob of the points. */
const NAME = "undertone_regional_requests";
const TIMEOUT_MS = 10_000;

/** Where points are read. */
export interface AnalyticsReader {
  /** Of the account's SQL API. */
  readonly url: string;
  /** An API token with the permission Account Analytics: Read. */
  readonly token: string;
  /** The name of the dataset, as the binding names it. */
  readonly dataset: string;
}

/** What the log is made of. */
export interface AnalyticsParts {
  /** The setting `REGION`. */
  readonly region: string;
  /** `null` without the binding. */
  readonly dataset: AnalyticsDataset | null;
  /** `null` without a token. */
  readonly reader: AnalyticsReader | null;
  log(entry: LogEntry): void;
}

/** Writes each request as a point, and asks for those of the last hour. */
export function analyticsRequests({ region, dataset, reader, log }: AnalyticsParts): RegionLog {
  return {
    source: "analytics-engine",
    note({ colo, durationMs, isOfClip, isCold, isError }) {
      dataset?.writeDataPoint({
        indexes: [NAME],
        blobs: [NAME, region, colo ?? ""],
        doubles: [durationMs, Number(isOfClip), Number(isCold), Number(isError)],
      });
    },
    async read() {
      if (dataset === null || reader === null) throw unreadable();
      try {
        return joinRows(await ask(reader));
      } catch (error) {
        log({
          level: "error",
          event: "storage-unavailable",
          service: "analytics",
          message: String(error),
        });
        throw unavailable(error);
      }
    },
  };
}

function unreadable(): UndertoneError {
  return new UndertoneError(
    "not-found",
    "This deployment cannot read what it has measured: its operator sets the variable ANALYTICS_ACCOUNT_ID and the secret ANALYTICS_TOKEN, and binds METRICS.",
  );
}

function unavailable(cause: unknown): UndertoneError {
  return new UndertoneError(
    "storage-unavailable",
    "Analytics Engine cannot be asked now. Send the request again in a moment; if that does not help, the operator of the service finds the reason in the log.",
    { service: "analytics" },
    { cause },
  );
}

/** Requests of clips and others apart, since durations are those of clips. */
interface Row {
  readonly region: string;
  readonly colo: string;
  readonly of_clips: number | string;
  readonly requests: number | string;
  readonly p50: number | string;
  readonly p95: number | string;
  readonly cold_starts: number | string;
  readonly errors: number | string;
}

async function ask({ url, token, dataset }: AnalyticsReader): Promise<Row[]> {
  const body = `SELECT blob2 AS region, blob3 AS colo, double2 AS of_clips, sum(_sample_interval) AS requests,
  quantileExactWeighted(0.5)(double1, _sample_interval) AS p50,
  quantileExactWeighted(0.95)(double1, _sample_interval) AS p95,
  sum(_sample_interval * double3) AS cold_starts, sum(_sample_interval * double4) AS errors
FROM ${dataset}
WHERE index1 = '${NAME}' AND timestamp > NOW() - INTERVAL '${WINDOW_SECONDS}' SECOND
GROUP BY region, colo, of_clips
FORMAT JSON`;
  const answer = await fetch(url, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    body,
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new Error(`Analytics Engine's SQL API answered ${answer.status}`);
  }
  return ((await answer.json()) as { readonly data: Row[] }).data;
}

function joinRows(rows: readonly Row[]): RegionSummary[] {
  const places = Map.groupBy(rows, ({ region, colo }) => `${region}/${colo}`);
  return [...places.values()].map((ofPlace) => {
    const [{ region, colo }] = ofPlace as [Row];
    const ofClips = ofPlace.find(({ of_clips }) => Number(of_clips) === 1);
    const sum = (of: (row: Row) => number | string) =>
      ofPlace.reduce((total, row) => total + Number(of(row)), 0);
    return {
      region: region || null,
      colo: colo || null,
      requests: sum(({ requests }) => requests),
      clips: Number(ofClips?.requests ?? 0),
      p50Ms: ofClips === undefined ? null : Number(ofClips.p50),
      p95Ms: ofClips === undefined ? null : Number(ofClips.p95),
      coldStarts: sum(({ cold_starts }) => cold_starts),
      errors: sum(({ errors }) => errors),
    };
  });
}
