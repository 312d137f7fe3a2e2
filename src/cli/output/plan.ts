/** The destination of results, decided before anything is computed, so that no file is overwritten by accident. */
import { basename, dirname, extname, join, resolve } from "node:path";
import type { UndertoneError } from "../../errors.ts";
import { STANDARD_STREAM } from "../clips/file.ts";
import { clipNamer } from "../clips/names.ts";
import { invalidOut, outputKind, requireNoOverwrite } from "./out-path.ts";

/** A format that results can be written in; its name is also the ending of its files. */
export interface ResultFormat {
  readonly name: string;
  /** True if one file can hold the results of several clips, one after the other. */
  readonly isJoinable: boolean;
  /** True if such a file identifies clips by name, so that names must be distinct. */
  readonly isByName?: boolean;
}

/** The output options of a command line, and the formats that the command can write. */
export interface OutputRequest {
  readonly clips: readonly string[];
  /** The default of files first; the first joinable one is the default of standard output. */
  readonly formats: readonly ResultFormat[];
  /** `--out`; `null` for standard output. */
  readonly out: string | null;
  /** `--format`. */
  readonly format?: string | undefined;
  /** `--keep-folders`. */
  readonly keepFolders?: boolean | undefined;
}

/** The destination of results and their format. */
export interface OutputPlan {
  readonly format: string;
  readonly target:
    | { readonly kind: "stdout" }
    | { readonly kind: "file"; readonly path: string }
    | { readonly kind: "files"; readonly paths: ReadonlyMap<string, string> };
  /** The name of a clip in results: its file name without the extension, relative to the clips' common folder if folders are kept. */
  nameOf(clip: string): string;
}

/**
 * Decides where results go. `--out` is a file if it ends in one of the formats, else a directory.
 * @throws UndertoneError `invalid-option` for contradictions, for several clips and a format that holds one, for results that
 *   would be written over one another or over a clip, and for a file where a directory is needed.
 */
export async function planOutput(request: OutputRequest): Promise<OutputPlan> {
  const { out, format, formats } = request;
  if (out === null || out === STANDARD_STREAM) return planJoined(request, format);
  const kind = await outputKind(out);
  if (kind === "directory" || out.endsWith("/")) return await planFiles(request, out);
  const ending = endingOf(out);
  if (formats.some(({ name }) => name === ending)) {
    return planJoined(request, agreedFormat(request, ending), out);
  }
  if (kind === "device") return planJoined(request, format, out);
  if (kind === "file") throw invalidOut(`--out ${out} is a file. ${howToName(request)}`);
  if (!/^[a-z]\w{1,10}$/.test(ending)) return await planFiles(request, out);
  throw invalidOut(
    `--out ${out} ends in none of the formats. ${howToName(request)} For a directory of that name, write ${out}/.`,
  );
}

async function planFiles(request: OutputRequest, directory: string): Promise<OutputPlan> {
  const nameOf = clipNamer(request.clips, request.keepFolders);
  const { formats, format = formats[0]?.name as string, clips } = request;
  const paths = new Map<string, string>();
  const clipOfPath = new Map<string, string>();
  for (const clip of clips) {
    const path = join(directory, `${nameOf(clip)}.${format}`);
    const other = clipOfPath.get(path);
    if (other !== undefined) throw sameName(other, clip, `written to ${path}`, request);
    await requireNoOverwrite(path, clips);
    clipOfPath.set(path, clip);
    paths.set(clip, path);
  }
  return { format, target: { kind: "files", paths }, nameOf };
}

/** A target that takes the results of all clips, one after the other. */
function planJoined(request: OutputRequest, given: string | undefined, path?: string) {
  const { formats, clips } = request;
  const joinable = formats.filter(({ isJoinable }) => isJoinable);
  // JSON that is not a file by itself is a line for each clip.
  const wanted =
    given === undefined || (given === "json" && path === undefined) ? joinable[0]?.name : given;
  const format = formats.find(({ name }) => name === wanted) as ResultFormat;
  if (!format.isJoinable && clips.length > 1) {
    const where = path ?? "Standard output";
    const names = joinable.map(({ name }) => `.${name}`).join(" or ");
    throw invalidOut(
      `${where} can hold one clip as ${format.name}, and there are ${clips.length}: name a directory with --out, or a file that ends in ${names}.`,
    );
  }
  const nameOf = clipNamer(request.clips, request.keepFolders);
  if (format.isByName) requireDistinctNames(request, nameOf);
  const target = path === undefined ? { kind: "stdout" as const } : { kind: "file" as const, path };
  return { format: format.name, target, nameOf };
}

/** The format that `--format` and the ending of a file agree on. */
function agreedFormat({ format, out }: OutputRequest, ending: string): string {
  const isSame = format === undefined || format === ending;
  if (isSame || (format === "json" && ending === "jsonl")) return ending;
  throw invalidOut(
    `--format ${format} contradicts the ending of --out ${out}: leave one of them out.`,
  );
}

function requireDistinctNames(request: OutputRequest, nameOf: OutputPlan["nameOf"]): void {
  const clipOfName = new Map<string, string>();
  for (const clip of request.clips) {
    const other = clipOfName.get(nameOf(clip));
    if (other !== undefined) throw sameName(other, clip, `called ${nameOf(clip)}`, request);
    clipOfName.set(nameOf(clip), clip);
  }
}

function endingOf(path: string): string {
  return extname(basename(path)).slice(1).toLowerCase();
}

function howToName({ formats }: OutputRequest): string {
  return `Name a directory, or a file that ends in ${formats.map(({ name }) => `.${name}`).join(", ")}.`;
}

function sameName(
  a: string,
  b: string,
  what: string,
  { keepFolders }: OutputRequest,
): UndertoneError {
  if (a === b || resolve(a) === resolve(b)) return invalidOut(`${a} is named twice: name it once.`);
  const advice =
    dirname(resolve(a)) === dirname(resolve(b)) || keepFolders
      ? "rename one of them, or give each an --out of its own"
      : "add --keep-folders, which tells them apart by their folders";
  return invalidOut(`${a} and ${b} would both be ${what}: ${advice}.`);
}
