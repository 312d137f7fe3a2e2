/** Schemas of answers about outbound webhooks. */
import { z } from "@hono/zod-openapi";
import { wholeNumber } from "../../tasks/options/schema.ts";

const time = () => z.iso.datetime();

const OUTCOMES = [
  "unfinished",
  "delivered",
  "http-error",
  "redirect",
  "gone",
  "timeout",
  "unreachable",
  "url-not-allowed",
  "unsigned",
] as const;

const AttemptSchema = z
  .object({
    number: z.number().int(),
    started_at: time(),
    duration_ms: z.number().int().nullable().describe("null until it is over."),
    outcome: z.enum(OUTCOMES),
    response_status: z.number().int().nullable().describe("null if there was no answer."),
  })
  .openapi("DeliveryAttempt");

/** One webhook and its attempts. */
export const DeliverySchema = z
  .object({
    id: z.string().describe("The webhook-id header of every attempt."),
    url: z.string(),
    status: z.enum(["pending", "delivered", "exhausted", "disabled"]),
    created_at: time(),
    next_attempt_at: time().nullable().describe("null once it is over."),
    attempts: z.array(AttemptSchema),
  })
  .openapi("Delivery");

export const DeliveryListSchema = z
  .object({ deliveries: z.array(DeliverySchema) })
  .openapi("DeliveryList");

const SecretSchema = z.object({
  id: z.string(),
  created_at: time(),
  expires_at: time().nullable().describe("When it stops signing; null for the current one."),
});

export const SecretListSchema = z
  .object({ secrets: z.array(SecretSchema) })
  .openapi("WebhookSecretList");

export const NewSecretSchema = SecretSchema.extend({
  secret: z.string().describe("whsec_…, shown this once."),
}).openapi("NewWebhookSecret");

const MAX_OVERLAP_SECONDS = 7 * 24 * 3600;

/** The query of POST /v1/webhook-secrets. */
export const RotationQuerySchema = z.strictObject({
  overlap_seconds: wholeNumber(0, MAX_OVERLAP_SECONDS)
    .optional()
    .describe("How long the previous secret goes on signing too. Default: 86400."),
});
