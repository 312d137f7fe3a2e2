/** `undertone` and `undertone/client`: a typed client of a service. */
export type { Schemas } from "./api.ts";
export { type ClientOptions, createClient, type UndertoneClient } from "./client.ts";
export type { CallOptions, Clip } from "./clip.ts";
export { dataOf, type Problem, ServiceError, UnreachableError } from "./errors.ts";
export { hasEnded, type Job } from "./events.ts";
export { JobError, type JobOptions, type JobResults, type Jobs } from "./jobs.ts";
export type { Embedding, Features, Layer } from "./numbers.ts";
export type {
  ClassificationOptions,
  ComparisonOptions,
  DiarizationOptions,
  EmbeddingOptions,
  FeatureOptions,
  Tasks,
  TranscriptionOptions,
} from "./tasks.ts";
export {
  type ReceivedWebhook,
  type SignedLink,
  verifyWebhook,
  type WebhookEvent,
  WebhookVerificationError,
} from "./webhooks.ts";
