/** Names of uploaded files, as forms carry them. */

/** Escapes by browsers of the characters that would end the name (WHATWG HTML, multipart/form-data). */
const ESCAPES: Readonly<Record<string, string>> = { "%22": '"', "%0D": "\r", "%0A": "\n" };

/**
 * The file name of a part, without folders; `null` for a part that is no file.
 * @param parameters those of its Content-Disposition, by name in lower case
 */
export function fileNameOf(parameters: ReadonlyMap<string, string>): string | null {
  const name = extendedName(parameters.get("filename*")) ?? plainName(parameters.get("filename"));
  return name === null ? null : (name.split(/[/\\]/).at(-1) ?? "");
}

/** RFC 8187, which RFC 7578 forbids here and some clients use. */
function extendedName(value: string | undefined): string | null {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(value ?? "")?.[1];
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

function plainName(value: string | undefined): string | null {
  if (value === undefined) return null;
  return value
    .replace(/\\(["\\])/g, "$1")
    .replace(/%(?:22|0D|0A)/gi, (code) => ESCAPES[code.toUpperCase()] as string);
}
