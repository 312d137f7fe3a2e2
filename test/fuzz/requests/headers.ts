/** Headers that are read, with values that are not expected. */
import fc from "fast-check";
import { CLIP_PATHS, clips, headerText, inPieces } from "./bodies.ts";
import type { FuzzedRequest } from "./send.ts";

const HEADER_NAMES = [
  "Accept",
  "Range",
  "If-None-Match",
  "Idempotency-Key",
  "Content-Type",
  "Authorization",
  "Origin",
  "Accept-Encoding",
  "Content-Encoding",
  "X-Forwarded-For",
  "Sec-Fetch-Site",
  "Access-Control-Request-Method",
  "Access-Control-Request-Headers",
  "Cache-Control",
  "webhook-id",
  "webhook-timestamp",
  "webhook-signature",
  "X-Hub-Signature-256",
  "Referer",
  "Cookie",
];
const HEADER_VALUES = [
  "*/*",
  "application/json",
  "text/vtt;q=0.1",
  "bytes=0-",
  "bytes=9999999999-,-1",
  "gzip",
  "Bearer ",
  "Bearer ut_none",
  "null",
  "cross-site",
  "https://example.com",
  "PUT",
  "v1,AAAA",
  "sha256=00",
  "0",
  "-1",
  "99999999999999999999",
];

export const headers = fc
  .array(
    fc.tuple(
      fc.constantFrom(...HEADER_NAMES),
      fc.oneof(fc.constantFrom(...HEADER_VALUES), headerText),
    ),
    { maxLength: 8 },
  )
  .map((pairs) => Object.fromEntries(pairs) as Record<string, string>);

export const anyHeaders: fc.Arbitrary<FuzzedRequest> = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"),
  path: fc.constantFrom(
    ...CLIP_PATHS,
    "/",
    "/healthz",
    "/v1/models",
    "/v1/packs",
    "/v1/batches",
    "/v1/hooks/calls",
    "/openapi.json",
    "/metrics",
  ),
  headers,
  pieces: inPieces(fc.oneof(clips, fc.constant(new Uint8Array()))),
});
