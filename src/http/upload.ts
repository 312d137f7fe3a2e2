/** Finds the clip in a request: its raw body, or field `file` of a multipart form beside options. */
import type { Pieces } from "../audio/byte-source.ts";
import { UndertoneError } from "../errors.ts";
import { bodyPieces } from "./body.ts";
import { type FormEvent, formEvents } from "./form.ts";

/** A form's fields by name, in order of appearance: a field may be sent more than once. Files are null. */
export type Fields = ReadonlyMap<string, readonly (string | null)[]>;

/** A clip that is being uploaded. */
export interface Upload {
  /** The clip's bytes, to be gone through once; whoever stops early leaves the rest to `finish`. */
  readonly clip: Pieces;
  /** The form's fields as far as they have come. */
  readonly fields: Fields;
  /** Whether those are all. */
  readonly isComplete: boolean;
  /**
   * Passes over what is left of the body; gives all of the form's fields.
   * @throws UndertoneError what reading the body throws.
   */
  finish(): Promise<Fields>;
}

const HOW_TO_SEND_A_FILE =
  "Send the clip as one field `file`, such as curl -F file=@clip.wav does.";

/**
 * Begins to read a body of at most `maxBytes`, form included. The type of a raw body is not looked at: what the bytes are
 * decides. A raw body, and a form's file that comes after other fields, are passed on as they arrive. A file that comes
 * first is held until the form has ended, for the options that say what to make of it are behind it.
 * @throws UndertoneError `clip-too-large`, `missing-file`, `malformed-multipart`, `request-aborted`.
 */
export async function openUpload(request: Request, maxBytes: number): Promise<Upload> {
  const body = bodyPieces(request, maxBytes);
  const contentType = request.headers.get("Content-Type") ?? "";
  if (!/^multipart\/form-data\b/i.test(contentType)) return rawUpload(body);
  return formUpload(formEvents(body, contentType));
}

function rawUpload(body: AsyncGenerator<Uint8Array>): Upload {
  const fields: Fields = new Map();
  return {
    clip: leftOpen(body),
    fields,
    isComplete: true,
    async finish() {
      for await (const _ of body);
      return fields;
    },
  };
}

async function formUpload(events: AsyncGenerator<FormEvent>): Promise<Upload> {
  const fields = new Map<string, (string | null)[]>();
  const clip = fileBytes(events, fields);
  await beginFile(events, fields);
  const rest = async () => {
    for await (const _ of clip);
    return fields;
  };
  if (fields.size > 0)
    return { clip: leftOpen(clip), fields: new Map(fields), isComplete: false, finish: rest };
  const held: Uint8Array[] = [];
  for await (const piece of clip) held.push(piece);
  return { clip: held, fields, isComplete: true, finish: async () => fields };
}

/** Reads fields up to the file. */
async function beginFile(
  events: AsyncGenerator<FormEvent>,
  fields: Map<string, (string | null)[]>,
): Promise<void> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) throw missingFile();
    if (value.kind === "file") return;
    if (value.kind === "field") addField(fields, value.name, value.value);
  }
}

/** The file's bytes, and on the way the fields after it. */
async function* fileBytes(
  events: AsyncGenerator<FormEvent>,
  fields: Map<string, (string | null)[]>,
): AsyncGenerator<Uint8Array> {
  for await (const event of events) {
    if (event.kind === "bytes") yield event.bytes;
    if (event.kind === "field") addField(fields, event.name, event.value);
  }
}

function addField(
  fields: Map<string, (string | null)[]>,
  name: string,
  value: string | null,
): void {
  if (name === "file") throw missingFile();
  fields.set(name, [...(fields.get(name) ?? []), value]);
}

function missingFile(): UndertoneError {
  return new UndertoneError(
    "missing-file",
    `The form has no file in field \`file\`. ${HOW_TO_SEND_A_FILE}`,
  );
}

/** The same pieces, in a way that whoever stops reading them early does not close them. */
function leftOpen(pieces: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => pieces.next() }) };
}
