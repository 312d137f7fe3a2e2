/** The header of a member of a tar archive (POSIX.1-2017, pax, "ustar Interchange Format"), read and written. */

export const BLOCK_BYTES = 512;

/** What a header says of its member. */
export interface MemberHeader {
  readonly name: string;
  readonly size: number;
  /** A pax or GNU header is about the member after it; a global one about all. */
  readonly kind: "file" | "folder" | "other" | "pax" | "global" | "long-name";
}

const KINDS: Readonly<Record<string, MemberHeader["kind"]>> = {
  "0": "file",
  "\0": "file",
  "7": "file",
  "5": "folder",
  x: "pax",
  g: "global",
  L: "long-name",
};

/** Fields: their first bytes and lengths. */
const NAME = [0, 100] as const;
const MODE = [100, 8] as const;
const USER = [108, 8] as const;
const GROUP = [116, 8] as const;
const TIME = [136, 12] as const;
const SIZE = [124, 12] as const;
const CHECKSUM = [148, 8] as const;
const TYPE = [156, 1] as const;
const MAGIC = [257, 6] as const;
const PREFIX = [345, 155] as const;

/** Reads a block; `null` if it is no header, by its checksum. */
export function parseHeader(block: Uint8Array): MemberHeader | null {
  if (block.length < BLOCK_BYTES) return null;
  if (octal(block, CHECKSUM) !== checksumOf(block)) return null;
  const size = sizeOf(block);
  if (!Number.isSafeInteger(size)) return null;
  const type = String.fromCharCode(block[TYPE[0]] as number);
  const isUstar = text(block, MAGIC) === "ustar";
  const prefix = isUstar ? text(block, PREFIX) : "";
  const name = prefix === "" ? text(block, NAME) : `${prefix}/${text(block, NAME)}`;
  const kind = KINDS[type] ?? "other";
  // Links have no bytes, whatever their size says.
  const isFolder = kind === "file" && name.endsWith("/");
  return { name, size: /[12]/.test(type) ? 0 : size, kind: isFolder ? "folder" : kind };
}

/** Writes the header of a file, of root and of no time, so that the same members give the same bytes; a name has 100 bytes at most. */
export function fileHeader(name: string, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  const put = (text: string, at: number) => block.set(new TextEncoder().encode(text), at);
  const number = (value: number, [, length]: readonly [number, number]) =>
    `${value.toString(8).padStart(length - 1, "0")}\0`;
  put(name, NAME[0]);
  for (const field of [MODE, USER, GROUP, TIME]) {
    put(number(field === MODE ? 0o644 : 0, field), field[0]);
  }
  put(number(size, SIZE), SIZE[0]);
  put("0", TYPE[0]);
  put("ustar\x0000", MAGIC[0]);
  put(`${checksumOf(block).toString(8).padStart(6, "0")}\0 `, CHECKSUM[0]);
  return block;
}

/** The path and the size of a pax header's records, `<length> <key>=<value>\n`. */
export function parsePax(bytes: Uint8Array): { name?: string; size?: number } {
  const found: { name?: string; size?: number } = {};
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(decoder.decode(bytes.subarray(at, Math.max(space, at))));
    if (space === -1 || !(length > space - at)) break;
    const record = decoder.decode(bytes.subarray(space + 1, at + length - 1));
    const [, key, value = ""] = /^([^=]+)=(.*)$/s.exec(record) ?? [];
    if (key === "path") found.name = value;
    if (key === "size" && /^\d+$/.test(value)) found.size = Number(value);
    at += length;
  }
  return found;
}

function sizeOf(block: Uint8Array): number {
  const [at, length] = SIZE;
  // GNU's base 256, for members above 8 GiB.
  if ((block[at] as number) & 0x80) {
    return block.subarray(at + 1, at + length).reduce((sum, byte) => sum * 256 + byte, 0);
  }
  return octal(block, SIZE);
}

function octal(block: Uint8Array, field: readonly [number, number]): number {
  const digits = text(block, field).trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || "0", 8) : Number.NaN;
}

function text(block: Uint8Array, [at, length]: readonly [number, number]): string {
  const bytes = block.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end));
}

/** The sum of all bytes, with spaces for the checksum's own. */
function checksumOf(block: Uint8Array): number {
  const [at, length] = CHECKSUM;
  return block.reduce(
    (sum, byte, index) => sum + (index >= at && index < at + length ? 0x20 : byte),
    0,
  );
}
