/** The one vocabulary of errors: a stable slug and a sentence that says what to do. */

/** Every error slug there is; `http/problem-types.ts` gives each its status and title. */
export const ERROR_SLUGS = [
  // the clip
  "empty-body",
  "not-audio",
  "unsupported-codec",
  "clip-truncated",
  "clip-damaged",
  "no-audio-track",
  "clip-header-inconsistent",
  "clip-samples-not-finite",
  "clip-too-short",
  "clip-silent",
  "clip-too-large",
  "clip-too-long",
  "too-many-streams",
  "clip-too-costly",
  "sample-rate-unsupported",
  "channels-unsupported",
  // the request
  "missing-file",
  "malformed-multipart",
  "unknown-option",
  "invalid-option",
  "layer-out-of-range",
  "output-unavailable",
  "channel-out-of-range",
  "track-out-of-range",
  "start-out-of-range",
  "one-layer-only",
  "not-acceptable",
  "unknown-model",
  "model-without-head",
  "not-found",
  "method-not-allowed",
  "request-aborted",
  "body-too-slow",
  "body-too-fragmented",
  // who asks
  "key-missing",
  "key-invalid",
  "key-lacks-scope",
  "key-of-another-region",
  "no-key-configured",
  "link-invalid",
  "cross-origin-request",
  "rate-limited",
  // speakers
  "too-little-sound",
  "unknown-speaker",
  "too-many-speakers",
  "too-many-clips",
  "speaker-outdated",
  // jobs and batches
  "malformed-json",
  "body-too-large",
  "invalid-cursor",
  "idempotency-key-invalid",
  "idempotency-key-reused",
  "idempotency-key-in-use",
  "unknown-job",
  "job-not-done",
  "job-not-successful",
  "job-expired",
  "job-in-batch",
  "clip-gone",
  "tries-exhausted",
  "computation-lost",
  "secret-unreadable",
  "unknown-batch",
  "batch-not-done",
  "batch-too-long",
  "batch-not-jsonl",
  "batch-line-invalid",
  // webhooks
  "unknown-hook",
  "signature-missing",
  "signature-invalid",
  "signature-expired",
  "hook-body-invalid",
  "no-webhook-secret",
  "unknown-delivery",
  // URLs that a request names
  "url-not-allowed",
  "url-refused",
  "url-unreachable",
  // the model
  "no-pack-installed",
  "default-model-missing",
  "pack-damaged",
  "pack-unsupported",
  "checkpoint-invalid",
  "checkpoint-unsupported",
  "checkpoint-unsafe",
  "hub-unavailable",
  "hub-refused",
  "hub-not-found",
  "download-damaged",
  // the service
  "model-memory-exhausted",
  "clip-exceeds-memory",
  "queue-full",
  "overloaded",
  "self-test-running",
  "body-memory-full",
  "caller-memory-full",
  "event-streams-full",
  "caller-streams-full",
  "engine-crashed",
  "stage-unreachable",
  "stage-mismatch",
  "storage-unavailable",
  "not-ready",
  "region-unavailable",
  "unknown-region",
  "shutting-down",
  "internal",
] as const;

export type ErrorSlug = (typeof ERROR_SLUGS)[number];

/** An error that a caller can act on: `slug` is stable, `message` says what to do, `extensions` carry numbers. */
export class UndertoneError extends Error {
  readonly slug: ErrorSlug;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    slug: ErrorSlug,
    detail: string,
    extensions: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(detail, options);
    this.name = "UndertoneError";
    this.slug = slug;
    this.extensions = extensions;
  }
}
