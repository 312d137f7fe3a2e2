/** Requests of every kind: forms, batches, headers, and what the OpenAPI document describes. */
import fc from "fast-check";
import { ALL_FILES, damageTo } from "../audio/damage.ts";
import type { FuzzedRequest } from "./requests.ts";

const CLIP_PATHS = [
  "/v1/features",
  "/v1/embeddings",
  "/v1/transcriptions",
  "/v1/classifications",
  "/v1/diarizations",
  "/v1/comparisons",
  "/v1/jobs",
];
const FIELDS = [
  "audio",
  "file",
  "a",
  "b",
  "reference",
  "layers",
  "pool",
  "model",
  "format",
  "audio_url",
  "",
  "\u00fc",
  "x".repeat(300),
];

const encoder = new TextEncoder();

/** A body in pieces of any sizes; single bytes among them. */
function inPieces(body: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array[]> {
  return fc
    .tuple(
      body,
      fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9_000 })), {
        minLength: 1,
        maxLength: 6,
      }),
    )
    .map(([bytes, sizes]) => {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length && pieces.length < 3_000; ) {
        const size =
          pieces.length === 2_999 ? bytes.length : (sizes[pieces.length % sizes.length] as number);
        pieces.push(bytes.subarray(at, at + size));
        at += size;
      }
      return pieces;
    });
}

const clips = damageTo(ALL_FILES).map(({ bytes }) => bytes as Uint8Array);
const anyText = fc.string({ unit: "binary", maxLength: 200 });
/** What a header may hold; the rest a client cannot send. */
const headerText = fc.string({
  unit: fc.constantFrom(...Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at))),
  maxLength: 200,
});

const boundary = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("x", "----form", "b".repeat(70)) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 9_000 }).map((length) => "y".repeat(length)) },
  { weight: 1, arbitrary: headerText },
);
const partHeaders = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...FIELDS)
      .map((name) => `Content-Disposition: form-data; name="${name}"; filename="c.wav"\r\n`),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...FIELDS)
      .map((name) => `Content-Disposition: form-data; name="${name}"\r\n`),
  },
  { weight: 1, arbitrary: anyText },
  { weight: 1, arbitrary: fc.constant("A: b\r\n".repeat(4_000)) },
);
const part = fc.tuple(
  partHeaders,
  fc.oneof(
    clips,
    anyText.map((text) => encoder.encode(text)),
  ),
);
const eol = fc.constantFrom("\r\n", "\r\n", "\r\n", "\n", "");

export const forms: fc.Arbitrary<FuzzedRequest> = fc
  .tuple(
    fc.constantFrom(...CLIP_PATHS),
    boundary,
    fc.array(part, { maxLength: 4 }),
    eol,
    fc.constantFrom("--", "--", "", "\r\n"),
  )
  .chain(([path, mark, parts, end, tail]) => {
    const pieces = parts.flatMap(([head, body]) => [
      encoder.encode(`--${mark}${end}${head}${end}`),
      body,
      encoder.encode(end),
    ]);
    const whole = new Uint8Array(Buffer.concat([...pieces, encoder.encode(`--${mark}${tail}`)]));
    return fc.record({
      method: fc.constant("POST"),
      path: fc.constant(path),
      headers: fc.constant({
        "Content-Type": `multipart/form-data; boundary=${mark.trim() === mark ? mark : `"${mark}"`}`,
      }),
      pieces: inPieces(fc.constant(whole)),
    });
  });

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
    "/v1/hooks/attacked",
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

const headers = fc
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
    "/v1/hooks/attacked",
    "/openapi.json",
    "/metrics",
  ),
  headers,
  pieces: inPieces(fc.oneof(clips, fc.constant(new Uint8Array()))),
});

/** What the document says of an operation, as far as it is used. */
interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema?: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
}
interface Schema {
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Every operation of an OpenAPI document, with values that its schemas allow and others. */
export function described(document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}): fc.Arbitrary<FuzzedRequest> {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  );
  return fc.constantFrom(...operations).chain(({ path, method, operation }) => {
    const parameters = operation.parameters ?? [];
    const query = fc.tuple(
      ...parameters
        .filter((parameter) => parameter.in === "query")
        .map(({ name, schema }) =>
          fc.option(
            parameterText(schema).map(
              (value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
            ),
            { nil: "" },
          ),
        ),
    );
    const filledPath = fc
      .array(
        fc.oneof(
          fc.constantFrom("0", "attacked", "none", "%00", "..", "a%2fb"),
          fc.uuid(),
          anyText.map(safeComponent),
        ),
        { minLength: 4, maxLength: 4 },
      )
      .map((values) => {
        let at = 0;
        return path.replace(/\{[^}]+\}/g, () => values[at++ % values.length] as string);
      });
    const types = Object.keys(operation.requestBody?.content ?? {});
    const body =
      method === "GET" || method === "HEAD"
        ? fc.constant(undefined)
        : fc.option(
            inPieces(
              fc.oneof(
                clips,
                fc.json().map((json) => encoder.encode(json)),
                anyText.map((text) => encoder.encode(text)),
              ),
            ),
            { nil: undefined },
          );
    return fc
      .tuple(
        filledPath,
        query,
        headers,
        fc.constantFrom("application/octet-stream", ...types),
        body,
      )
      .map(([filled, pairs, others, type, pieces]) => {
        const search = pairs.filter((pair) => pair !== "").join("&");
        const request = {
          method,
          path: search === "" ? filled : `${filled}?${search}`,
          headers: { ...others, "Content-Type": type },
        };
        return pieces === undefined ? request : { ...request, pieces };
      });
  });
}

/** A value of a schema mostly, else any text. */
function parameterText(schema: Schema = {}): fc.Arbitrary<string> {
  const allowed = [...(schema.enum ?? []), schema.default, schema.minimum, schema.maximum]
    .filter((value) => value !== undefined && value !== null)
    .map(String);
  const odd = fc.oneof(
    fc.constantFrom("", "0", "-1", "1e9", "NaN", "all", "1,2", "1-3", "mean", "json", "true"),
    anyText,
  );
  return allowed.length === 0
    ? odd
    : fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...allowed) }, odd);
}

/** Lone surrogates cannot be sent. */
function safeComponent(text: string): string {
  return encodeURIComponent(text.toWellFormed()) || "0";
}
