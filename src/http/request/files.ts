/** The files of a form, each held whole, for what needs all of them. */
import { UndertoneError } from "../../errors.ts";
import { PAIR, type PairName } from "../../tasks/comparison.ts";
import { type BodyTerms, bodyPieces } from "./body/body.ts";
import { type GrowingBytes, growingBytes } from "./body/growing-bytes.ts";
import { formEvents } from "./form/form.ts";
import { type Fields, missingFile } from "./form/missing-file.ts";
import { isForm } from "./upload.ts";

/** A file of a form, in blocks. */
export interface FormFile {
  readonly fileName: string;
  readonly blocks: readonly Uint8Array[];
}

/** The files of a form by field, and its other fields. */
export interface FormFiles {
  readonly files: ReadonlyMap<string, FormFile>;
  readonly fields: Fields;
}

export const HOW_TO_SEND_TWO = "Send two, such as curl -F a=@one.wav -F b=@other.wav does.";

/**
 * Reads a form of at most `maxBytes`; its files are held until it has ended.
 * @param fileFields names of the fields that are files
 * @throws UndertoneError `malformed-multipart`, and what `bodyPieces` throws.
 */
export async function readFormFiles(
  request: Request,
  maxBytes: number,
  terms: BodyTerms,
  fileFields: readonly string[],
): Promise<FormFiles> {
  const contentType = request.headers.get("Content-Type") ?? "";
  const growing = new Map<string, { fileName: string; bytes: GrowingBytes }>();
  const fields = new Map<string, (string | null)[]>();
  let current = growingBytes();
  const body = bodyPieces(request, maxBytes, terms);
  for await (const event of formEvents(body, contentType, fileFields)) {
    if (event.kind === "bytes") {
      terms.holding.hold(event.bytes.length);
      current.append(event.bytes);
    }
    if (event.kind === "field")
      fields.set(event.name, [...(fields.get(event.name) ?? []), event.value]);
    if (event.kind === "file") {
      current = growingBytes();
      growing.set(event.name, { fileName: event.fileName, bytes: current });
    }
  }
  const files = new Map(
    [...growing].map(([name, { fileName, bytes }]) => [name, { fileName, blocks: bytes.blocks() }]),
  );
  return { files, fields };
}

/**
 * The file in `field`.
 * @param howToSend a sentence that shows a right form
 * @throws UndertoneError `missing-file`.
 */
export function requireFile<File>(
  { files, fields }: { readonly files: ReadonlyMap<string, File>; readonly fields: Fields },
  field: string,
  howToSend: string,
): File {
  const file = files.get(field);
  if (file !== undefined) return file;
  // Of a pair the other clip is where it should be.
  const misplaced = [...files.keys()].filter((name) => !(isOfPair(field) && isOfPair(name)));
  const others = misplaced.map((name) => [name, [null]] as const);
  throw missingFile(field, new Map([...fields, ...others]), howToSend);
}

function isOfPair(field: string): boolean {
  return PAIR.some((name) => name === field);
}

/** Two clips in pieces, and the form's other fields. */
export interface PairUpload {
  readonly clips: Readonly<Record<PairName, readonly Uint8Array[]>>;
  readonly fields: Fields;
}

/**
 * Reads a form with two clips, of at most `maxBytes`; both are held until it has ended.
 * @throws UndertoneError `missing-file`, and what `readFormFiles` throws.
 */
export async function readPair(
  request: Request,
  maxBytes: number,
  terms: BodyTerms,
): Promise<PairUpload> {
  if (!isForm(request)) throw notForm();
  const form = await readFormFiles(request, maxBytes, terms, PAIR);
  const [a, b] = PAIR.map((name) => requireFile(form, name, HOW_TO_SEND_TWO).blocks);
  return { clips: { a: a ?? [], b: b ?? [] }, fields: form.fields };
}

/** The error of two clips that come without a form. */
export function notForm(): UndertoneError {
  return new UndertoneError("missing-file", `The body is not a form. ${HOW_TO_SEND_TWO}`);
}
