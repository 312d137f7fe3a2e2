/** What bodies of requests hold, and the pieces that they come in. */
import fc from "fast-check";
import { ALL_FILES, damageTo } from "../../support/clips/damage.ts";

/** Where clips are taken. */
export const CLIP_PATHS = [
  "/v1/features",
  "/v1/embeddings",
  "/v1/transcriptions",
  "/v1/classifications",
  "/v1/diarizations",
  "/v1/comparisons",
  "/v1/jobs",
];
export const encoder = new TextEncoder();

/** A body in pieces of any sizes; single bytes among them. */
export function inPieces(body: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array[]> {
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

export const clips = damageTo(ALL_FILES).map(({ bytes }) => bytes as Uint8Array);
export const anyText = fc.string({ unit: "binary", maxLength: 200 });
/** What a header may hold; the rest a client cannot send. */
export const headerText = fc.string({
  unit: fc.constantFrom(...Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at))),
  maxLength: 200,
});

/** Ends of lines, right ones mostly. */
export const eol = fc.constantFrom("\r\n", "\r\n", "\r\n", "\n", "");
