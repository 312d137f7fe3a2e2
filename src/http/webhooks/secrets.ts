/** GET and POST /v1/webhook-secrets: what webhooks are signed with. */
import { listSecrets, rotateSecret, type SecretInfo } from "../../webhooks/secrets.ts";
import { keyWith } from "../access/access.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { NewSecretSchema, RotationQuerySchema, SecretListSchema } from "./schema.ts";

const DEFAULT_OVERLAP_SECONDS = 24 * 3600;

/** Answers with the caller's secrets that sign now: one, or two while they are rotated. */
export const getSecrets = endpoint({
  route: {
    method: "get",
    path: "/v1/webhook-secrets",
    operationId: "listWebhookSecrets",
    summary: "Lists the secrets that sign webhooks, without their values",
    tags: ["webhooks"],
    responses: { 200: json(SecretListSchema, "The newest first"), ...PROBLEM_RESPONSES },
  },
  scope: keyWith("jobs"),
  handle({ database, now }) {
    return async (c) => {
      const secrets = await listSecrets(database, c.get("caller")?.owner ?? null, now());
      return c.json({ secrets: secrets.map(describeSecret) }, 200);
    };
  },
});

/** Makes the caller a new secret; the one before goes on signing for `overlap_seconds`. */
export const createSecret = endpoint({
  route: {
    method: "post",
    path: "/v1/webhook-secrets",
    operationId: "rotateWebhookSecret",
    summary: "Creates a new secret that signs webhooks",
    tags: ["webhooks"],
    request: { query: RotationQuerySchema },
    responses: { 201: json(NewSecretSchema, "The new secret"), ...PROBLEM_RESPONSES },
  },
  scope: keyWith("jobs"),
  handle({ database, now, secrets }) {
    return async (c) => {
      const { overlap_seconds = DEFAULT_OVERLAP_SECONDS } = c.req.valid("query");
      const owner = c.get("caller")?.owner ?? null;
      const made = await rotateSecret(database, owner, overlap_seconds * 1000, now(), secrets);
      const headers = { "Cache-Control": "no-store" };
      return c.json({ ...describeSecret(made), secret: made.secret }, 201, headers);
    };
  },
});

function describeSecret({ id, createdAt, expiresAt }: SecretInfo) {
  return {
    id,
    created_at: new Date(createdAt).toISOString(),
    expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  };
}

/** /v1/webhook-secrets. */
export const webhookSecrets: readonly Endpoint[] = [getSecrets, createSecret];
