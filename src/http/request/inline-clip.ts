/** Clips as text in a body of JSON: an https URL, a data URL, or base64. */
import { decodeBase64 } from "../../crypto/bytes.ts";
import { UndertoneError } from "../../errors.ts";
import { fileNameOfUrl } from "../../formats/clip-name.ts";
import { checkUrl } from "../../outbound/check-url.ts";
import { invalidOption } from "../../tasks/options/errors.ts";
import type { BodyTerms } from "./body/body.ts";
import { type FetchContext, fetchForCaller } from "./clip-urls.ts";
import type { Fields } from "./form/missing-file.ts";
import { streamedUpload, type Upload } from "./upload.ts";

const DATA_URL_HEAD = /^data:[^,]*;base64,/i;

/** A multiple of four characters stands for whole bytes. */
const SLICE_CHARACTERS = 65_536;

/**
 * Opens the clip that `text` names or holds.
 * @param member the member of the body that it came in, for errors
 * @throws UndertoneError `invalid-option`, `url-not-allowed`; while it is read `invalid-option` for broken base64, and what
 *   `fetchForCaller` throws.
 */
export function openInlineClip(
  context: FetchContext,
  { request, terms }: { readonly request: Request; readonly terms: BodyTerms },
  {
    member,
    text,
    fields,
  }: { readonly member: string; readonly text: string; readonly fields: Fields },
): Upload {
  if (/^https?:/i.test(text)) {
    const url = checkUrl(text, context.urlRules).href;
    const fetched = fetchForCaller(context, url, request);
    const fileName = fileNameOfUrl(url);
    return {
      ...streamedUpload(fetched, terms, { fileName, fields }),
      leave: () => fetched.return(undefined),
    };
  }
  const bytes = base64Pieces(
    text.replace(DATA_URL_HEAD, ""),
    context.settings.maxClipBytes,
    member,
  );
  return streamedUpload(bytes, terms, { fileName: null, fields });
}

async function* base64Pieces(
  base64: string,
  maxBytes: number,
  member: string,
): AsyncGenerator<Uint8Array> {
  if (base64.length * 0.75 > maxBytes + 2) {
    const message = `The clip in \`${member}\` has more than ${maxBytes} bytes. Send a shorter or compressed one.`;
    throw new UndertoneError("clip-too-large", message, { maxBytes });
  }
  for (let from = 0; from < base64.length; from += SLICE_CHARACTERS) {
    const bytes = decodeBase64(base64.slice(from, from + SLICE_CHARACTERS));
    if (bytes === null) {
      throw invalidOption(member, "has to be an https URL of a clip, a data: URL or base64");
    }
    yield bytes;
  }
}
