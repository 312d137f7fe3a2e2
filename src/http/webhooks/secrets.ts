/** GET and POST /v1/webhook-secrets: what webhooks are signed with. */
import { createRoute, type RouteHandler } from "@hono/zod-openapi";
import type { Platform } from "../../platform/platform.ts";
import { listSecrets, rotateSecret, type SecretInfo } from "../../webhooks/secrets.ts";
import { keyWith } from "../access/access.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import type { AppEnv } from "../context.ts";
import { NewSecretSchema, RotationQuerySchema, SecretListSchema } from "./schemas.ts";

const DEFAULT_OVERLAP_SECONDS = 24 * 3600;

export const secretsRoute = createRoute({
  method: "get",
  path: "/v1/webhook-secrets",
  operationId: "listWebhookSecrets",
  summary: "Lists the secrets that sign webhooks, without their values",
  tags: ["webhooks"],
  security: keyWith("jobs"),
  responses: { 200: json(SecretListSchema, "The newest first"), ...PROBLEM_RESPONSES },
});

export const rotateSecretRoute = createRoute({
  method: "post",
  path: "/v1/webhook-secrets",
  operationId: "rotateWebhookSecret",
  summary: "Creates a new secret that signs webhooks",
  tags: ["webhooks"],
  security: keyWith("jobs"),
  request: { query: RotationQuerySchema },
  responses: { 201: json(NewSecretSchema, "The new secret"), ...PROBLEM_RESPONSES },
});

/** Answers with the caller's secrets that sign now: one, or two while they are rotated. */
export function getSecrets({ database, now }: Platform): RouteHandler<typeof secretsRoute, AppEnv> {
  return async (c) => {
    const secrets = await listSecrets(database, c.get("caller")?.owner ?? null, now());
    return c.json({ secrets: secrets.map(describeSecret) }, 200);
  };
}

/** Makes the caller a new secret; the one before goes on signing for `overlap_seconds`. */
export function createSecret({
  database,
  now,
}: Platform): RouteHandler<typeof rotateSecretRoute, AppEnv> {
  return async (c) => {
    const { overlap_seconds = DEFAULT_OVERLAP_SECONDS } = c.req.valid("query");
    const owner = c.get("caller")?.owner ?? null;
    const made = await rotateSecret(database, owner, overlap_seconds * 1000, now());
    const headers = { "Cache-Control": "no-store" };
    return c.json({ ...describeSecret(made), secret: made.secret }, 201, headers);
  };
}

function describeSecret({ id, createdAt, expiresAt }: SecretInfo) {
  return {
    id,
    created_at: new Date(createdAt).toISOString(),
    expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  };
}
