/** The header of a NIST SPHERE file: lines of text, each a field with its type and value. */
import type { ByteSource } from "../../bytes/source.ts";
import { inconsistentHeader, truncatedFile } from "../../faults.ts";

/** Fields by name, with what stands behind their type. */
export type SphereFields = ReadonlyMap<string, string>;

/** The magic, and in the line after it the length of the header in bytes; some files end lines as Windows does. */
const PREFIX_BYTES = 18;
/** Headers have 1,024 bytes, or a few times as many. */
const MAX_HEADER_BYTES = 65_536;

/**
 * Takes the header, to where the samples begin.
 * @throws UndertoneError `clip-truncated`, `clip-header-inconsistent`.
 */
export async function readSphereFields(source: ByteSource): Promise<SphereFields> {
  const prefix = await source.peek(PREFIX_BYTES);
  if (prefix.length < PREFIX_BYTES) throw cutHeader();
  const [, length] = /^NIST_1A\r?\n *(\d+)\s/.exec(textOf(prefix)) ?? [];
  const headerBytes = Number(length);
  if (!(headerBytes >= PREFIX_BYTES && headerBytes <= MAX_HEADER_BYTES)) {
    throw inconsistentHeader(
      "NIST SPHERE",
      `its second line is no length in bytes up to ${MAX_HEADER_BYTES}`,
    );
  }
  const header = await source.read(headerBytes);
  if (header.length < headerBytes) throw cutHeader();
  return parseFields(textOf(header));
}

/** Lines such as `sample_rate -i 16000`, up to `end_head`; of a field that comes twice, the first counts. */
function parseFields(header: string): SphereFields {
  const fields = new Map<string, string>();
  for (const line of header.split(/\r?\n/)) {
    if (line.trim() === "end_head") break;
    const [, name, value] = /^\s*([^\s;]\S*)\s+-(?:i|r|s\d*)\s+(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined || fields.has(name)) continue;
    fields.set(name, value.trim());
  }
  return fields;
}

function cutHeader() {
  return truncatedFile("NIST SPHERE", "within its header");
}

function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
