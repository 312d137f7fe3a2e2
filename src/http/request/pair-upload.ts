/** Finds two clips in a form. */
import { UndertoneError } from "../../errors.ts";
import { type BodyTerms, bodyPieces } from "./body/body.ts";
import { type GrowingBytes, growingBytes } from "./body/growing-bytes.ts";
import { formEvents } from "./form/form.ts";
import { type Fields, missingFile } from "./form/missing-file.ts";

/** Names of the fields that are clips. */
export const PAIR_FIELDS = ["a", "b"] as const;
export type PairField = (typeof PAIR_FIELDS)[number];

const HOW_TO_SEND_TWO = "Send two, such as curl -F a=@one.wav -F b=@other.wav does.";

/** Two clips in pieces, and the form's other fields. */
export interface PairUpload {
  readonly clips: Readonly<Record<PairField, readonly Uint8Array[]>>;
  readonly fields: Fields;
}

/**
 * Reads a form of at most `maxBytes`; both clips are held until it has ended.
 * @throws UndertoneError `missing-file`, `malformed-multipart`, and what `bodyPieces` throws.
 */
export async function readPair(
  request: Request,
  maxBytes: number,
  terms: BodyTerms,
): Promise<PairUpload> {
  const contentType = request.headers.get("Content-Type") ?? "";
  if (!/^multipart\/form-data\b/i.test(contentType)) throw notForm();
  const clips = new Map<string, GrowingBytes>();
  const fields = new Map<string, (string | null)[]>();
  let current = growingBytes();
  const body = bodyPieces(request, maxBytes, terms);
  for await (const event of formEvents(body, contentType, PAIR_FIELDS)) {
    if (event.kind === "bytes") {
      terms.holding.hold(event.bytes.length);
      current.append(event.bytes);
    }
    if (event.kind === "field")
      fields.set(event.name, [...(fields.get(event.name) ?? []), event.value]);
    if (event.kind === "file") {
      current = growingBytes();
      clips.set(event.name, current);
    }
  }
  const [a, b] = PAIR_FIELDS.map((name) => {
    const clip = clips.get(name);
    if (clip === undefined) throw missingFile(name, fields, HOW_TO_SEND_TWO);
    return clip.blocks();
  });
  return { clips: { a, b }, fields };
}

function notForm(): UndertoneError {
  return new UndertoneError("missing-file", `The body is not a form. ${HOW_TO_SEND_TWO}`);
}
