/** Multipart forms: boundaries, headers and parts of any kind, cut anywhere. */
import fc from "fast-check";
import { anyText, CLIP_PATHS, clips, encoder, eol, headerText, inPieces } from "./bodies.ts";
import type { FuzzedRequest } from "./send.ts";

const FILES = ["file", "file", "a", "b", "audio", "", "\u00fc", "x".repeat(300)];
const FIELDS = [
  { name: "layers", value: "1" },
  { name: "pool", value: "mean" },
  { name: "pool", value: "\u00fc" },
  { name: "format", value: "json" },
  { name: "audio_url", value: "x" },
  { name: "reference", value: "" },
];

/** Its head and its body. */
type Part = readonly [head: string, body: Uint8Array];

const boundary = fc.oneof(
  { weight: 16, arbitrary: fc.constantFrom("x", "----form", "b".repeat(70)) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 9_000 }).map((length) => "y".repeat(length)) },
  { weight: 1, arbitrary: headerText },
);
const oddHeaders = fc.oneof(anyText, fc.constant("A: b\r\n".repeat(4_000)));
const oddBody = fc.oneof(
  clips,
  anyText.map((text) => encoder.encode(text)),
);
const fields = fc
  .constantFrom(...FIELDS)
  .map(({ name, value }): Part => [fieldHead(name), encoder.encode(value)]);
/** A file, a field, or what is neither. */
const anyPart: fc.Arbitrary<Part> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...FILES).map(fileHead), clips) },
  { weight: 4, arbitrary: fields },
  { weight: 1, arbitrary: fc.tuple(oddHeaders, oddBody) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("file", "pool").map(fieldHead), oddBody) },
);
/** Mostly the files that the address asks for, among others. */
const partsFor = (path: string): fc.Arbitrary<readonly Part[]> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          fc.tuple(...filesOf(path).map((name) => fc.tuple(fc.constant(fileHead(name)), clips))),
          fc.array(fields, { maxLength: 2 }),
        )
        .chain(([files, others]) => {
          const parts = [...files, ...others];
          return fc.shuffledSubarray(parts, { minLength: parts.length });
        }),
    },
    { weight: 1, arbitrary: fc.array(anyPart, { maxLength: 4 }) },
  );

function filesOf(path: string): readonly string[] {
  return path.includes("comparisons") ? ["a", "b"] : ["file"];
}

function fieldHead(name: string): string {
  return `Content-Disposition: form-data; name="${name}"\r\n`;
}

function fileHead(name: string): string {
  return `Content-Disposition: form-data; name="${name}"; filename="c.wav"\r\n`;
}

export const forms: fc.Arbitrary<FuzzedRequest> = fc
  .constantFrom(...CLIP_PATHS)
  .chain((path) =>
    fc.tuple(
      fc.constant(path),
      boundary,
      partsFor(path),
      fc.oneof({ weight: 4, arbitrary: fc.constant("\r\n") }, eol),
      fc.oneof({ weight: 8, arbitrary: fc.constant("--") }, fc.constantFrom("", "\r\n")),
    ),
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
