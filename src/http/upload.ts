/** Finds the clip in a request: its raw body, or field `file` of a multipart form beside options. */
import { UndertoneError } from "../errors.ts";
import { readBody } from "./limits.ts";

/** A clip as uploaded, and the form's other fields. */
export interface Upload {
  readonly clip: Uint8Array;
  /** By name, in order of appearance: a field may be sent more than once. */
  readonly fields: ReadonlyMap<string, readonly (string | File)[]>;
}

const HOW_TO_SEND_A_FILE =
  "Send the clip as one field `file`, such as curl -F file=@clip.wav does.";

/**
 * Reads the clip of at most `maxBytes` (of the whole body, form included). The type of a raw body is not looked at: what
 * the bytes are decides.
 * @throws UndertoneError `empty-body`, `clip-too-large`, `missing-file`, `malformed-multipart`, `request-aborted`.
 */
export async function readUpload(request: Request, maxBytes: number): Promise<Upload> {
  const body = refuseEmpty(await readBody(request, maxBytes));
  const contentType = request.headers.get("Content-Type") ?? "";
  if (!/^multipart\/form-data\b/i.test(contentType)) return { clip: body, fields: new Map() };
  const { clip, fields } = await uploadOfForm(await parseForm(body, contentType));
  return { clip: refuseEmpty(clip), fields };
}

function refuseEmpty<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
  if (bytes.length > 0) return bytes;
  throw new UndertoneError(
    "empty-body",
    "The clip has no bytes. Send audio as the request body or as form field `file`.",
  );
}

async function parseForm(body: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(body, { headers: { "Content-Type": contentType } }).formData();
  } catch (cause) {
    throw new UndertoneError(
      "malformed-multipart",
      `The multipart form cannot be parsed: its boundary or its parts are broken. ${HOW_TO_SEND_A_FILE}`,
      {},
      { cause },
    );
  }
}

async function uploadOfForm(form: FormData): Promise<Upload> {
  const { file: files = [], ...rest } = Object.fromEntries(
    [...new Set(form.keys())].map((name) => [name, form.getAll(name)]),
  );
  const [file] = files;
  if (file === undefined || typeof file === "string") {
    throw new UndertoneError(
      "missing-file",
      `The form has no file in field \`file\`. ${HOW_TO_SEND_A_FILE}`,
    );
  }
  if (files.length > 1) {
    throw new UndertoneError(
      "malformed-multipart",
      `The form has ${files.length} fields \`file\`. ${HOW_TO_SEND_A_FILE}`,
    );
  }
  return { clip: new Uint8Array(await file.arrayBuffer()), fields: new Map(Object.entries(rest)) };
}
