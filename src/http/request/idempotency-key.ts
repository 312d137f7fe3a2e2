/** The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header). */
import { z } from "@hono/zod-openapi";
import { UndertoneError } from "../../errors.ts";

/** For the description of routes. */
export const IdempotencyHeadersSchema = z.object({
  "idempotency-key": z
    .string()
    .optional()
    .describe("Requests with the same key and content are carried out once."),
});

/** Visible ASCII, in quotes as the draft has it or bare as most clients send it. */
const KEY = /^(?:"([\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x5b\x5d-\x7e]{1,255}))$/;

/**
 * The key of a request, or `null` if it has none.
 * @throws UndertoneError `idempotency-key-invalid`.
 */
export function readIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  const [, quoted, bare] = KEY.exec(header) ?? [];
  const key = quoted ?? bare;
  if (key !== undefined) return key;
  throw new UndertoneError(
    "idempotency-key-invalid",
    "The Idempotency-Key has to be 1 to 255 visible ASCII characters without quotes and backslashes; a UUID is good.",
  );
}
