/** The clips of a tar archive (POSIX.1-2017, pax; GNU's long names), found by its headers; members are read in place. */
import { type FileHandle, open } from "node:fs/promises";
import { UndertoneError } from "../../../errors.ts";
import type { Dataset, DatasetClip } from "../clip.ts";
import { readAt } from "../read-at.ts";
import { isClipName } from "./endings.ts";
import { BLOCK_BYTES, type MemberHeader, parseHeader, parsePax } from "./tar-header.ts";

/** The most bytes of a header's extension; names are short. */
const MOST_EXTENSION_BYTES = 65_536;

/**
 * Lists the clips of an archive; folders and files of other endings are passed over. Links, and members whose path leaves the archive,
 * are clips with a fault.
 * @throws UndertoneError `invalid-option` for an archive that is damaged or cut short.
 */
export async function listTar(path: string, bytes: number): Promise<Dataset> {
  const file = await open(path);
  try {
    const clips: DatasetClip[] = [];
    let skipped = 0;
    for await (const { name, kind, start, size } of membersOf(file, path, bytes)) {
      if (kind === "folder") continue;
      const fault = faultOf(path, name, kind);
      if (fault === undefined && !isClipName(name)) skipped++;
      else {
        const range = { start, end: start + size };
        clips.push({ name, path, range, values: [], ...(fault && { fault }) });
      }
    }
    return { clips, columns: [], skipped };
  } finally {
    await file.close();
  }
}

interface Member extends MemberHeader {
  readonly start: number;
}

async function* membersOf(file: FileHandle, path: string, bytes: number): AsyncGenerator<Member> {
  let at = 0;
  let given: { readonly name?: string; readonly size?: number } = {};
  while (at < bytes) {
    const block = await readAt(file, at, Math.min(BLOCK_BYTES, bytes - at));
    // Two blocks of zeros are the end, of which some writers leave the second out.
    if (block.every((byte) => byte === 0)) return;
    const header = parseHeader(block);
    if (header === null) throw damaged(path, `no header of a member at byte ${at}`);
    const start = at + BLOCK_BYTES;
    const size = (header.kind === "file" && given.size) || header.size;
    if (!(start + size <= bytes)) throw damaged(path, `${given.name ?? header.name} is cut short`);
    at = start + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
    if (header.kind === "pax" || header.kind === "long-name") {
      if (size > MOST_EXTENSION_BYTES) throw damaged(path, `a header of ${size} bytes`);
      const extension = await readAt(file, start, size);
      const text = new TextDecoder().decode(extension);
      given =
        header.kind === "pax"
          ? { ...given, ...parsePax(extension) }
          : { ...given, name: text.replace(/\0.*$/s, "") };
    } else if (header.kind !== "global") {
      yield { ...header, name: (given.name ?? header.name).replace(/^(\.\/)+/, ""), size, start };
      given = {};
    }
  }
  throw damaged(path, "its end is missing");
}

function faultOf(path: string, name: string, kind: Member["kind"]): UndertoneError | undefined {
  const isOutside = name.startsWith("/") || name.split("/").includes("..");
  if (kind === "file" && !isOutside) return undefined;
  const what = isOutside ? "has a path that leaves the archive" : "is a link or a device";
  const message = `${name} of ${path} ${what}: pack it as a file below the archive's own folder.`;
  return new UndertoneError("not-audio", message);
}

function damaged(path: string, what: string): UndertoneError {
  const message = `${path} is no whole tar archive (${what}): copy or pack it again.`;
  return new UndertoneError("invalid-option", message, { option: "dataset" });
}
