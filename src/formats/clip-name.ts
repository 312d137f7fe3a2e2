/** Names of clips in answers that have them, such as RTTM. */

const UNNAMED = "clip";

/** A file's name without folders and without what comes after its last dot; `clip` for a file without a name. */
export function clipName(fileName: string | null): string {
  const base = (fileName ?? "").split("/").at(-1) ?? "";
  return base.replace(/(?<=.)\.[^.]*$/, "") || UNNAMED;
}

/** The name of the file at a URL: the last segment of its path. */
export function fileNameOfUrl(url: string): string {
  const segment = URL.parse(url)?.pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
