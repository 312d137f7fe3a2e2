/** The HTTP status and title of every error. */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ErrorSlug } from "../../errors.ts";

/** The properties that all occurrences of an error share. */
export interface ProblemType {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  /** Sent as Retry-After where trying again can help and the error does not know better. */
  readonly retryAfterSeconds?: number;
}

/** nginx's code for a client that went away; nobody is left to read it but the log. */
const CLIENT_CLOSED_REQUEST = 499 as ContentfulStatusCode;

export const PROBLEM_TYPES: Readonly<Record<ErrorSlug, ProblemType>> = {
  "empty-body": { status: 400, title: "The request has no body" },
  "not-audio": { status: 415, title: "The body is not a known kind of audio" },
  "unsupported-codec": { status: 415, title: "The audio's codec is not supported" },
  "clip-truncated": { status: 422, title: "The clip is cut short" },
  "clip-damaged": { status: 422, title: "The clip is damaged" },
  "no-audio-track": { status: 422, title: "The file has no sound" },
  "clip-header-inconsistent": {
    status: 422,
    title: "The clip's header contradicts itself or its contents",
  },
  "clip-samples-not-finite": { status: 422, title: "The clip holds NaN or infinite samples" },
  "clip-too-short": { status: 422, title: "The clip is too short" },
  "clip-silent": { status: 422, title: "The clip is silent" },
  "clip-too-large": { status: 413, title: "The clip has too many bytes" },
  "clip-too-long": { status: 413, title: "The clip lasts too long" },
  "too-many-streams": { status: 422, title: "The clip is made of too many streams" },
  "clip-too-costly": { status: 422, title: "The clip costs too much to decode" },
  "clip-exceeds-memory": { status: 413, title: "The clip needs more memory than there is" },
  "sample-rate-unsupported": { status: 422, title: "The clip's sample rate is not supported" },
  "channels-unsupported": { status: 422, title: "The clip's channel count is not supported" },

  "missing-file": { status: 400, title: "The form has no file" },
  "malformed-multipart": { status: 400, title: "The form cannot be read" },
  "unknown-option": { status: 422, title: "An option is not known" },
  "invalid-option": { status: 422, title: "An option's value is not accepted" },
  "layer-out-of-range": { status: 422, title: "The model has no such layer" },
  "output-unavailable": { status: 422, title: "The model does not give this output" },
  "channel-out-of-range": { status: 422, title: "The clip has no such channel" },
  "track-out-of-range": { status: 422, title: "The clip has no such audio track" },
  "start-out-of-range": { status: 422, title: "The clip ends before the part asked for" },
  "one-layer-only": { status: 422, title: "The format holds only one layer" },
  "not-acceptable": { status: 406, title: "No format matches the Accept header" },
  "unknown-model": { status: 404, title: "The model is not installed" },
  "model-without-head": { status: 422, title: "The model was not trained for this" },
  "not-found": { status: 404, title: "There is nothing at this address" },
  "method-not-allowed": { status: 405, title: "The address does not take this method" },
  "body-too-slow": { status: 408, title: "The body comes too slowly" },
  "body-too-fragmented": { status: 408, title: "The body comes in too many small pieces" },
  "request-aborted": { status: CLIENT_CLOSED_REQUEST, title: "The client went away" },

  "key-missing": { status: 401, title: "The request has no API key" },
  "key-invalid": { status: 401, title: "The API key is not valid" },
  "key-lacks-scope": { status: 403, title: "The API key lacks a scope" },
  "key-of-another-region": { status: 421, title: "The API key is bound to another region" },
  "no-key-configured": { status: 401, title: "No API key has been created" },
  "link-invalid": { status: 403, title: "The link is not valid" },
  "cross-origin-request": { status: 403, title: "The request comes from a page of another origin" },
  "rate-limited": { status: 429, title: "The API key was used too often" },

  "too-little-sound": { status: 422, title: "The clip has too little sound for a voice" },
  "unknown-speaker": { status: 404, title: "There is no such speaker" },
  "too-many-speakers": { status: 409, title: "The owner has as many speakers as are kept" },
  "too-many-clips": { status: 409, title: "The speaker has as many clips as are taken" },
  "speaker-outdated": { status: 409, title: "The speaker was enrolled with another model" },

  "malformed-json": { status: 400, title: "The body is not the JSON it should be" },
  "body-too-large": { status: 413, title: "The body has too many bytes" },
  "invalid-cursor": { status: 422, title: "The cursor is not one of the list's" },
  "idempotency-key-invalid": { status: 400, title: "The Idempotency-Key is not one" },
  "idempotency-key-reused": {
    status: 422,
    title: "The Idempotency-Key was used for another request",
  },
  "idempotency-key-in-use": { status: 409, title: "The first request is still under way" },
  "unknown-job": { status: 404, title: "There is no such job" },
  "job-not-done": { status: 409, title: "The job is not done yet", retryAfterSeconds: 2 },
  "job-not-successful": { status: 409, title: "The job has no result" },
  "job-expired": { status: 410, title: "The result has expired" },
  "job-in-batch": { status: 409, title: "The job is part of a batch" },
  "clip-gone": { status: 410, title: "The clip is stored no more" },
  "tries-exhausted": { status: 500, title: "The job failed as often as it was tried" },
  "computation-lost": { status: 500, title: "The computation took its isolate with it, twice" },
  "unknown-batch": { status: 404, title: "There is no such batch" },
  "batch-not-done": { status: 409, title: "The batch has not ended yet", retryAfterSeconds: 10 },
  "batch-too-long": { status: 413, title: "The batch has too many lines" },
  "batch-not-jsonl": { status: 400, title: "The batch is not JSONL" },
  "batch-line-invalid": { status: 422, title: "A line of the batch cannot be understood" },

  "unknown-hook": { status: 404, title: "There is no such hook" },
  "signature-missing": { status: 403, title: "The request is not signed" },
  "signature-invalid": { status: 403, title: "The signature does not fit the request" },
  "signature-expired": { status: 403, title: "The signature is too old or too new" },
  "hook-body-invalid": { status: 422, title: "The body is not what the hook expects" },
  "no-webhook-secret": { status: 422, title: "There is no secret to sign webhooks with" },
  "unknown-delivery": { status: 404, title: "There is no such webhook" },

  "url-not-allowed": { status: 422, title: "The URL is not one that may be requested" },
  "url-refused": { status: 422, title: "The URL does not give the clip" },
  "url-unreachable": { status: 502, title: "The URL's server cannot be reached" },

  "no-pack-installed": { status: 503, title: "No model is installed" },
  "default-model-missing": { status: 503, title: "The default model is not installed" },
  "pack-damaged": { status: 503, title: "The model's files are damaged" },
  "pack-unsupported": { status: 503, title: "The model's files cannot be used here" },
  "checkpoint-invalid": { status: 500, title: "The checkpoint is not valid" },
  "checkpoint-unsupported": { status: 500, title: "The checkpoint is not supported" },
  "checkpoint-unsafe": { status: 500, title: "The checkpoint asks for more than tensors need" },
  "hub-unavailable": { status: 500, title: "The model hub cannot be reached" },
  "hub-refused": { status: 500, title: "The model hub does not let us in" },
  "hub-not-found": { status: 500, title: "The model hub has no such file" },
  "download-damaged": { status: 500, title: "A download does not match its digest" },

  "model-memory-exhausted": {
    status: 503,
    title: "There is not enough memory",
    retryAfterSeconds: 5,
  },
  "secret-unreadable": { status: 503, title: "A secret cannot be decrypted" },
  "self-test-running": { status: 503, title: "A self-test is running", retryAfterSeconds: 10 },
  "queue-full": { status: 503, title: "Too many clips wait already" },
  overloaded: { status: 503, title: "The memory of the service is in use" },
  "body-memory-full": { status: 503, title: "The memory for request bodies is full" },
  "caller-memory-full": { status: 503, title: "The caller's share of that memory is full" },
  "event-streams-full": { status: 503, title: "Too many event streams are open" },
  "caller-streams-full": { status: 429, title: "The caller has too many event streams open" },
  "stage-unreachable": {
    status: 503,
    title: "A stage of the model cannot be reached",
    retryAfterSeconds: 2,
  },
  "stage-mismatch": {
    status: 503,
    title: "The stages of the model do not fit together",
    retryAfterSeconds: 10,
  },
  "engine-crashed": { status: 503, title: "The computation broke down", retryAfterSeconds: 1 },
  "storage-unavailable": {
    status: 503,
    title: "The service cannot use its storage",
    retryAfterSeconds: 10,
  },
  "not-ready": { status: 503, title: "The service cannot compute now", retryAfterSeconds: 5 },
  "region-unavailable": {
    status: 503,
    title: "The region does not answer",
    retryAfterSeconds: 10,
  },
  "unknown-region": { status: 404, title: "There is no such region" },
  "shutting-down": { status: 503, title: "The service is shutting down", retryAfterSeconds: 5 },
  internal: { status: 500, title: "Something went wrong on our side" },
};
