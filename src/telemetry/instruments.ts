/** Every metric that the service has, the same in every runtime: names, labels and what they mean. */
import { ERROR_SLUGS } from "../errors.ts";

/** One metric. */
export interface Instrument {
  readonly kind: "counter" | "histogram" | "gauge";
  readonly help: string;
  /** Each has few values: patterns of routes, statuses, slugs, stages, ids of installed packs; never an id, a URL or a key. */
  readonly labels: readonly string[];
  /** Of the only label: series of these begin at 0. Prometheus takes the first value of a series for no increase. */
  readonly values?: readonly string[];
}

export const INSTRUMENTS = {
  undertone_requests_total: {
    kind: "counter",
    help: "Answered requests",
    labels: ["route", "method", "status"],
  },
  undertone_request_duration_seconds: {
    kind: "histogram",
    help: "From a request to the end of its answer",
    labels: ["route"],
  },
  undertone_problems_total: {
    kind: "counter",
    help: "Refused requests by the slug of the problem",
    labels: ["slug"],
    values: ERROR_SLUGS,
  },
  undertone_stage_duration_seconds: {
    kind: "histogram",
    help: "Time of one request or message in a stage",
    labels: ["stage"],
  },
  undertone_audio_seconds_total: {
    kind: "counter",
    help: "Seconds of audio that were decoded and computed",
    labels: ["model"],
  },
  undertone_read_weight_bytes_total: {
    kind: "counter",
    help: "Bytes of weights that were not in memory",
    labels: ["model"],
  },
  undertone_results_total: {
    kind: "counter",
    help: "Answers that were computed, and those that had been kept",
    labels: ["outcome"],
    values: ["computed", "kept"],
  },
  undertone_cold_starts_total: {
    kind: "counter",
    help: "Requests that an isolate was started for",
    labels: [],
  },
  undertone_job_ends_total: {
    kind: "counter",
    help: "Jobs that ended",
    labels: ["status"],
    values: ["done", "failed"],
  },
  undertone_webhook_attempts_total: {
    kind: "counter",
    help: "Attempts to deliver a webhook",
    labels: ["outcome"],
    values: [
      ...["delivered", "http-error", "redirect", "gone"],
      ...["timeout", "unreachable", "url-not-allowed", "unsigned"],
    ],
  },
  undertone_spans_total: {
    kind: "counter",
    help: "Spans of traces that were sent, and that were dropped",
    labels: ["outcome"],
    values: ["sent", "queue-full", "trace-full", "receiver"],
  },
  undertone_info: {
    kind: "gauge",
    help: "Always 1",
    labels: ["runtime", "version", "region"],
  },
  undertone_computations: {
    kind: "gauge",
    help: "Clips that are computed, and those that wait for their turn (Node)",
    labels: ["state"],
  },
  undertone_jobs: {
    kind: "gauge",
    help: "Jobs that have not ended; at most 10000 are counted",
    labels: ["status"],
  },
  undertone_oldest_job_age_seconds: {
    kind: "gauge",
    help: "Since the oldest of them was submitted",
    labels: ["status"],
  },
  undertone_queue_messages: {
    kind: "gauge",
    help: "Messages that wait or are worked on (Node); at most 10000 are counted",
    labels: ["queue"],
  },
  undertone_pending_webhooks: {
    kind: "gauge",
    help: "Webhooks that have an attempt to come; at most 10000 are counted",
    labels: [],
  },
  undertone_ledger_bytes: {
    kind: "gauge",
    help: "Memory that is held, by use",
    labels: ["use"],
  },
} as const satisfies Readonly<Record<string, Instrument>>;

export type InstrumentName = keyof typeof INSTRUMENTS;

/** The metrics of one kind. */
export type NameOf<Kind extends Instrument["kind"]> = {
  [Name in InstrumentName]: (typeof INSTRUMENTS)[Name]["kind"] extends Kind ? Name : never;
}[InstrumentName];

/** A value for each label of a metric: one of its `values`, if it has them. */
export type LabelsOf<Name extends InstrumentName> = Readonly<
  Record<
    (typeof INSTRUMENTS)[Name]["labels"][number],
    (typeof INSTRUMENTS)[Name] extends { readonly values: readonly (infer Value extends string)[] }
      ? Value
      : string
  >
>;
