/** Multipart forms: boundaries, headers and parts of any kind, cut anywhere. */
import fc from "fast-check";
import { anyText, CLIP_PATHS, clips, encoder, eol, headerText, inPieces } from "./bodies.ts";
import type { FuzzedRequest } from "./send.ts";

/** Most parts are what is asked for. */
const FIELDS = [
  ...["file", "file", "file", "a", "b", "layers", "pool", "model", "format"],
  ...["audio", "reference", "audio_url", "", "\u00fc", "x".repeat(300)],
];

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
