/** JSON lines: an object for each clip, which says whose it is. */

/** An object as a line. */
export function jsonLine(object: object): string {
  return `${JSON.stringify(object)}\n`;
}

/** The same object, given as UTF-8 in parts, as a line with the clip's name in front. */
export function* withFileName(
  file: string,
  parts: Iterable<Uint8Array>,
): Generator<Uint8Array | string> {
  let isFirst = true;
  for (const part of parts) {
    if (isFirst) yield `${JSON.stringify({ file }).slice(0, -1)},`;
    yield isFirst ? part.subarray(1) : part;
    isFirst = false;
  }
  yield "\n";
}
