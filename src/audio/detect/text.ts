/** Recognises bodies that are no audio, so that the error can say what was sent. */

const LOOKED_AT_BYTES = 512;

/** A name, with its article, for text that was sent in place of audio, or null if the bytes are not text. */
export function sniffText(bytes: Uint8Array): string | null {
  const text = decodeText(bytes.subarray(0, LOOKED_AT_BYTES));
  if (text === null) return null;
  const start = text.trimStart().toLowerCase();
  if (/^(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)/s.test(start)) return "an HTML page";
  if (/^<\?xml|^<[a-z]/.test(start)) return "an XML document";
  if (/^\{\s*["}]|^\[\s*["{[\]\d-]/.test(start)) return "a JSON document";
  if (/^data:|^uklgr/.test(start)) return "base64 text (send the bytes themselves)";
  // Text may come before sound as well.
  return decodeText(bytes) === null ? null : "a text file";
}

/** The bytes as UTF-8 text, or null if they are not; a character cut at the end does no harm. */
function decodeText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return text !== "" && !hasControlCharacters(text) ? text : null;
  } catch {
    return null;
  }
}

function hasControlCharacters(text: string): boolean {
  return /[^\P{Cc}\t\n\f\r]/u.test(text);
}
