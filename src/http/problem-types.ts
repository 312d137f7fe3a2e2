/** The HTTP status and title of every error. */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ErrorSlug } from "../errors.ts";

/** What all occurrences of an error have in common. */
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
  "clip-too-large": { status: 413, title: "The clip has too many bytes" },
  "clip-too-long": { status: 413, title: "The clip lasts too long" },
  "clip-exceeds-memory": { status: 413, title: "The clip needs more memory than there is" },
  "sample-rate-unsupported": { status: 422, title: "The clip's sample rate is not supported" },
  "channels-unsupported": { status: 422, title: "The clip's channel count is not supported" },

  "missing-file": { status: 400, title: "The form has no file" },
  "malformed-multipart": { status: 400, title: "The form cannot be read" },
  "unknown-option": { status: 422, title: "An option is not known" },
  "invalid-option": { status: 422, title: "An option's value is not accepted" },
  "layer-out-of-range": { status: 422, title: "The model has no such layer" },
  "channel-out-of-range": { status: 422, title: "The clip has no such channel" },
  "start-out-of-range": { status: 422, title: "The clip ends before the part asked for" },
  "one-layer-only": { status: 422, title: "The format holds only one layer" },
  "not-acceptable": { status: 406, title: "No format matches the Accept header" },
  "unknown-model": { status: 404, title: "The model is not installed" },
  "model-without-head": { status: 422, title: "The model was not trained for this" },
  "not-found": { status: 404, title: "There is nothing at this address" },
  "method-not-allowed": { status: 405, title: "The address does not take this method" },
  "request-aborted": { status: CLIENT_CLOSED_REQUEST, title: "The client went away" },

  "no-pack-installed": { status: 503, title: "No model is installed" },
  "pack-damaged": { status: 503, title: "The model's files are damaged" },
  "pack-unsupported": { status: 503, title: "The model's files are of another version" },
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
  overloaded: { status: 503, title: "Too many requests wait already" },
  internal: { status: 500, title: "Something went wrong on our side" },
};
