/** Clips as text in a body of JSON: an https URL, a data URL, or base64. */
import { breathe } from "../../breathe.ts";
import { decodeBase64, withoutDataUrlHead } from "../../crypto/bytes.ts";
import { UndertoneError } from "../../errors.ts";
import { fileNameOfUrl } from "../../formats/clip-name.ts";
import { checkUrl } from "../../outbound/check-url.ts";
import { invalidOption } from "../../tasks/options/errors.ts";
import type { BodyTerms } from "./body/body.ts";
import { type FetchContext, fetchForCaller } from "./clip-urls.ts";
import type { Fields } from "./form/missing-file.ts";
import { streamedUpload, type Upload } from "./upload.ts";

const SLICE_CHARACTERS = 65_536;
/** Decoding and hashing so many takes a few milliseconds. */
const CHARACTERS_PER_TURN = 8 * SLICE_CHARACTERS;
/** So many characters of base64 stand for whole bytes. */
const WHOLE_CHARACTERS = 4;
/** What atob passes over: base64 often comes in lines. */
const WHITE_SPACE = /[\t\n\f\r ]+/g;

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
  const bytes = base64Pieces(withoutDataUrlHead(text), context.settings.maxClipBytes, member);
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
  let rest = "";
  for (let from = 0; from < base64.length; from += SLICE_CHARACTERS) {
    const slice = base64.slice(from, from + SLICE_CHARACTERS).replace(WHITE_SPACE, "");
    const characters = rest + slice;
    const isLast = from + SLICE_CHARACTERS >= base64.length;
    const count = characters.length - (isLast ? 0 : characters.length % WHOLE_CHARACTERS);
    rest = characters.slice(count);
    const bytes = decodeBase64(characters.slice(0, count));
    if (bytes === null) {
      throw invalidOption(member, "has to be an https URL of a clip, a data: URL or base64");
    }
    yield bytes;
    if ((from + SLICE_CHARACTERS) % CHARACTERS_PER_TURN === 0) await breathe();
  }
}
