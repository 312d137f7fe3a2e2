/** JSON Pointers (RFC 6901). */

/** True if `text` is a JSON Pointer: empty, or beginning with `/` and every `~` escaped as `~0` or `~1`. */
export function isJsonPointer(text: string): boolean {
  return /^(\/([^~/]|~[01])*)*$/u.test(text);
}

/** The value of `pointer` in `document`, plain JSON; `undefined` if there is none. */
export function resolvePointer(document: unknown, pointer: string): unknown {
  const tokens = pointer.split("/").slice(1).map(unescapeToken);
  return tokens.reduce<unknown>(childOf, document);
}

/** §4: `~1` first, so that `~01` becomes `~1`. */
function unescapeToken(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}

function childOf(parent: unknown, token: string): unknown {
  if (typeof parent !== "object" || parent === null) return undefined;
  if (Array.isArray(parent) && !/^(0|[1-9]\d*)$/.test(token)) return undefined;
  return Object.hasOwn(parent, token) ? (parent as Record<string, unknown>)[token] : undefined;
}
