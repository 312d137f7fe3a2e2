/** Batches, bodies of hooks and jobs as JSON: lines that are JSON, nearly JSON, or far too long. */
import fc from "fast-check";
import { anyText, encoder, eol, inPieces } from "./bodies.ts";
import type { FuzzedRequest } from "./send.ts";

const line = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc
    .record(
      {
        id: fc.oneof(fc.string(), fc.integer()),
        audio_url: fc.oneof(
          fc.webUrl().map(() => "http://127.0.0.1:1/a.wav"),
          fc.string(),
        ),
        layers: fc.anything(),
      },
      { requiredKeys: [] },
    )
    .map(
      (value) =>
        JSON.stringify(value, (_, field) => (typeof field === "bigint" ? `${field}` : field)) ?? "",
    ),
  fc.constantFrom(
    "",
    "[",
    "{",
    "{}",
    "null",
    "[]".repeat(9_000),
    "[".repeat(20_000),
    '{"audio_url":1}',
    "\ufeff{}",
    '"',
  ),
  anyText,
);

export const batches: fc.Arbitrary<FuzzedRequest> = fc.record({
  method: fc.constant("POST"),
  path: fc.constantFrom(
    "/v1/batches",
    "/v1/batches?layers=1",
    "/v1/jobs",
    "/v1/hooks/calls",
    "/v1/hooks/none",
  ),
  headers: fc.constantFrom(
    { "Content-Type": "application/x-ndjson" },
    { "Content-Type": "application/jsonl" },
    { "Content-Type": "application/json" },
    { "Content-Type": "text/plain" },
  ),
  pieces: inPieces(
    fc
      .tuple(fc.array(line, { maxLength: 60 }), eol)
      .map(([lines, end]) => encoder.encode(lines.join(end || "\n"))),
  ),
});
