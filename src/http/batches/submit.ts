/** POST /v1/batches: many clips at once, by their URLs. */
import { sha256Of } from "../../crypto/digest.ts";
import { newId } from "../../crypto/ids.ts";
import { UndertoneError } from "../../errors.ts";
import { submitBatch as submit } from "../../jobs/batch/submit.ts";
import { readBatch } from "../../jobs/batch/table.ts";
import { onlyOnce } from "../../jobs/idempotency.ts";
import { requireSigningSecret } from "../../webhooks/secrets.ts";
import { keyWith } from "../access/access.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { endpoint } from "../endpoint.ts";
import { fitToModel, readJobOptions } from "../jobs/options.ts";
import { JobOptionsSchema } from "../jobs/schema.ts";
import { readBody } from "../request/body/body.ts";
import { IdempotencyHeadersSchema, readIdempotencyKey } from "../request/idempotency-key.ts";
import { describeBatchNow } from "./answer.ts";
import { MAX_BATCH_BYTES, readBatchLines } from "./lines.ts";
import { BatchSchema, JSONL } from "./schema.ts";

/**
 * Checks every line, stores the batch and answers before anything is fetched.
 * @throws UndertoneError what `readJobOptions`, `fitToModel`, `readBatchLines`, `requireSigningSecret` and `onlyOnce`
 *   throw.
 */
export const submitBatch = endpoint({
  route: {
    method: "post",
    path: "/v1/batches",
    operationId: "submitBatch",
    summary: "Submits up to 10,000 URLs of clips as a batch",
    tags: ["jobs"],
    request: {
      query: JobOptionsSchema,
      headers: IdempotencyHeadersSchema,
      body: {
        required: true,
        content: {
          [JSONL]: {
            schema: {
              type: "string",
              description:
                'One JSON object per line: {"url": …, "id": …, "options": {…}}. Options of a line take precedence over those of the query. At most 16 MiB, and 16 KiB per line.',
            },
          },
        },
      },
    },
    responses: { 202: json(BatchSchema, "The batch"), ...PROBLEM_RESPONSES },
  },
  scope: keyWith("jobs"),
  handle(platform) {
    return async (c) => {
      const key = readIdempotencyKey(c.req.header("Idempotency-Key"));
      const query = c.req.query();
      const { metadata, callbackUrl, options } = readJobOptions(platform, query, {});
      const { options: defaults } = await fitToModel(platform, options);
      const maxBytes = Math.min(platform.settings.maxClipBytes, MAX_BATCH_BYTES);
      const body = await readBody(c.req.raw, maxBytes, c.get("bodyTerms"));
      const lines = await readBatchLines(platform, body, defaults);
      const owner = c.get("caller")?.owner ?? null;
      if (callbackUrl !== null)
        await requireSigningSecret(platform.database, owner, platform.now());
      const { origin } = new URL(c.req.url);
      const fingerprint = await fingerprintOf(body, query);
      const id = await onlyOnce(
        platform,
        { owner, key, fingerprint, newId: newId("batch") },
        (id) =>
          submit(platform, { id, owner, lines, options: defaults, metadata, callbackUrl, origin }),
      );
      const batch = await readBatch(platform, id);
      if (batch === null) throw new UndertoneError("unknown-batch", `There is no batch ${id}.`);
      return c.json(await describeBatchNow(platform, batch), 202, {
        Location: `/v1/batches/${id}`,
      });
    };
  },
});

async function fingerprintOf(
  body: Uint8Array,
  query: Readonly<Record<string, string>>,
): Promise<string> {
  const content = JSON.stringify([await sha256Of(body), Object.entries(query).sort()]);
  return sha256Of(new TextEncoder().encode(content));
}
