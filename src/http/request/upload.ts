/**
 * Finds the clip in a request: its raw body, or field `file` of a multipart form beside options. Long because both
 * kinds of body give one kind of upload.
 */
import type { Pieces } from "../../audio/bytes/source.ts";
import { type BodyTerms, bodyPieces, keep } from "./body/body.ts";
import { type FormEvent, type FormField, formEvents } from "./form/form.ts";
import { type Fields, missingFile } from "./form/missing-file.ts";

/** A clip that is being uploaded. */
export interface Upload {
  /** The clip's bytes, to be gone through once; whoever stops early leaves the rest to `finish`. */
  readonly clip: Pieces;
  /** The name of a form's file; `null` for a raw body. */
  readonly fileName: string | null;
  /** The form's fields as far as they have come. */
  readonly fields: Fields;
  /** True if those are all. */
  readonly isComplete: boolean;
  /**
   * Passes over what is left of the body; gives all of the form's fields.
   * @throws UndertoneError what reading the body throws.
   */
  finish(): Promise<Fields>;
  /** SHA-256 of the clip's bytes in hexadecimal; of all of them once `finish` is done. */
  clipSha256(): string;
  /** To be called instead of `finish` where the rest is not wanted. */
  leave?(): Promise<unknown>;
}

export const HOW_TO_SEND_A_FILE =
  "Send the clip as one field `file`, such as curl -F file=@clip.wav does.";

/**
 * Begins to read a body of at most `maxBytes`, form included. The type of a raw body is not looked at: what the bytes are
 * decides. A raw body, and a form's file that comes after other fields, are passed on as they arrive. A file that comes
 * first is held until the form has ended, for the options that say what to make of it are behind it.
 * @throws UndertoneError `missing-file`, `malformed-multipart`, and what `bodyPieces` throws.
 */
export async function openUpload(
  request: Request,
  maxBytes: number,
  terms: BodyTerms,
): Promise<Upload> {
  const body = bodyPieces(request, maxBytes, terms);
  const contentType = request.headers.get("Content-Type") ?? "";
  if (!isForm(request)) return streamedUpload(body, terms, { fileName: null, fields: new Map() });
  return formUpload(formEvents(body, contentType), terms);
}

/** True for a multipart form. */
export function isForm({ headers }: Request): boolean {
  return /^multipart\/form-data\b/i.test(headers.get("Content-Type") ?? "");
}

/** A clip of which all is known but its bytes, which are passed on as they arrive. */
export function streamedUpload(
  body: AsyncGenerator<Uint8Array>,
  terms: BodyTerms,
  { fileName, fields }: Pick<Upload, "fileName" | "fields">,
): Upload {
  const { pieces, sha256 } = hashing(body, terms);
  return {
    clip: leftOpen(pieces),
    fileName,
    fields,
    isComplete: true,
    async finish() {
      for await (const _ of pieces);
      return fields;
    },
    clipSha256: sha256,
  };
}

async function formUpload(events: AsyncGenerator<FormEvent>, terms: BodyTerms): Promise<Upload> {
  const fields = new Map<string, (string | null)[]>();
  const { pieces: clip, sha256: clipSha256 } = hashing(fileBytes(events, fields), terms);
  const fileName = await beginFile(events, fields);
  const rest = async () => {
    for await (const _ of clip);
    return fields;
  };
  if (fields.size > 0)
    return {
      clip: leftOpen(clip),
      fileName,
      fields: new Map(fields),
      isComplete: false,
      finish: rest,
      clipSha256,
    };
  const held = await keep(clip, terms.holding);
  const finish = async () => fields;
  return { clip: held, fileName, fields, isComplete: true, finish, clipSha256 };
}

/** Reads fields up to the file, and gives its name. */
async function beginFile(
  events: AsyncGenerator<FormEvent>,
  fields: Map<string, (string | null)[]>,
): Promise<string> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) throw missingFile("file", fields, HOW_TO_SEND_A_FILE);
    if (value.kind === "file") return value.fileName;
    if (value.kind === "field") addField(fields, value);
  }
}

/** The file's bytes, and on the way the fields after it. */
async function* fileBytes(
  events: AsyncGenerator<FormEvent>,
  fields: Map<string, (string | null)[]>,
): AsyncGenerator<Uint8Array> {
  for await (const event of events) {
    if (event.kind === "bytes") yield event.bytes;
    if (event.kind === "field") addField(fields, event);
  }
}

function addField(fields: Map<string, (string | null)[]>, { name, value }: FormField): void {
  fields.set(name, [...(fields.get(name) ?? []), value]);
  if (name === "file") throw missingFile(name, fields, HOW_TO_SEND_A_FILE);
}

/** The same pieces, and the SHA-256 of those that have passed. */
function hashing(bytes: AsyncGenerator<Uint8Array>, { startSha256 }: BodyTerms) {
  const hash = startSha256();
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of bytes) {
      hash.update(piece);
      yield piece;
    }
  }
  return { pieces: pieces(), sha256: () => hash.hex() };
}

/** The same pieces, in a way that whoever stops reading them early does not close them. */
function leftOpen(pieces: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => pieces.next() }) };
}
