/** The Range header (RFC 9110, section 14), as far as one range of bytes goes. */

/** Both ends are part of it. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

const ONE_RANGE = /^bytes=(\d*)-(\d*)$/;

/** The part that `header` asks for of `length` bytes; `null` for all: no header, several ranges, or one that is malformed. */
export function parseRange(
  header: string | undefined,
  length: number,
): ByteRange | "unsatisfiable" | null {
  const [, from, to] = ONE_RANGE.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return null;
  const first = from === "" ? Math.max(0, length - Number(to)) : Number(from);
  const last = from === "" || to === "" ? length - 1 : Math.min(Number(to), length - 1);
  if (from !== "" && to !== "" && Number(to) < Number(from)) return null;
  return first <= last ? { first, last } : "unsatisfiable";
}
