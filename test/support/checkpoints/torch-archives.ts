/** Files of torch.save made up by tests: a zip of a pickle and storages, or the layout before it. */
import { writeFile } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { temporaryDirectory } from "./files.ts";
import { dict, int, join, list, pickle, text } from "./pickle-assembler.ts";

/** What of a zip file is unusual. */
export interface ZipOptions {
  readonly method?: number;
  readonly flags?: number;
  readonly comment?: string;
  /** Places and sizes in 64-bit fields. */
  readonly isZip64?: boolean;
}

/** A zip file of stored members. */
export function zip(
  members: readonly (readonly [name: string, bytes: Uint8Array])[],
  { method = 0, flags = 0, comment = "", isZip64 = false }: ZipOptions = {},
): Uint8Array {
  const files: Buffer[] = [];
  const entries: Buffer[] = [];
  let position = 0;
  for (const [name, bytes] of members) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(name.length, 26);
    files.push(local, Buffer.from(name), Buffer.from(bytes));
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt16LE(name.length, 28);
    const numbers = [bytes.length, bytes.length, position];
    const extra = isZip64 ? zip64Field(numbers) : Buffer.alloc(0);
    entry.writeUInt16LE(extra.length, 30);
    for (const [index, offset] of [20, 24, 42].entries()) {
      entry.writeUInt32LE(isZip64 ? 0xffffffff : (numbers[index] ?? 0), offset);
    }
    entries.push(entry, Buffer.from(name), extra);
    position += 30 + name.length + bytes.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(isZip64 ? 0xffff : members.length, 10);
  end.writeUInt32LE(isZip64 ? 0xffffffff : directory.length, 12);
  end.writeUInt32LE(isZip64 ? 0xffffffff : position, 16);
  end.writeUInt16LE(comment.length, 20);
  const end64 = isZip64 ? zip64End(members.length, directory.length, position) : Buffer.alloc(0);
  return Buffer.concat([...files, directory, end64, end, Buffer.from(comment)]);
}

function zip64Field(numbers: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * numbers.length);
  field.writeUInt16LE(1);
  field.writeUInt16LE(8 * numbers.length, 2);
  for (const [index, value] of numbers.entries()) {
    field.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  }
  return field;
}

function zip64End(members: number, bytes: number, position: number): Buffer {
  const record = Buffer.alloc(56 + 20);
  record.writeUInt32LE(0x06064b50);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(members), 32);
  record.writeBigUInt64LE(BigInt(bytes), 40);
  record.writeBigUInt64LE(BigInt(position), 48);
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(position + bytes), 56 + 8);
  return record;
}

/** A zip file as torch.save writes it. */
export function torchZip(
  root: Uint8Array,
  storages: Readonly<Record<string, Uint8Array>> = {},
  options: ZipOptions = {},
): Uint8Array {
  const members = Object.entries(storages).map(
    ([key, bytes]) => [`archive/data/${key}`, bytes] as const,
  );
  return zip([["archive/data.pkl", root], ...members], options);
}

const MAGIC_NUMBER = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/** A file of torch.save before 1.6, whose storages are of float32. */
export function legacyFile(
  root: Uint8Array,
  storages: Readonly<Record<string, Float32Array>>,
): Uint8Array {
  const system = join("}(", text("little_endian"), [0x88], "u");
  const parts = Object.values(storages).flatMap((values) => {
    const count = Buffer.alloc(8);
    count.writeBigUInt64LE(BigInt(values.length));
    return [count, Buffer.from(values.buffer)];
  });
  return join(
    pickle(join([0x8a, MAGIC_NUMBER.length], MAGIC_NUMBER)),
    pickle(int(1001)),
    pickle(system),
    root,
    pickle(list(...Object.keys(storages).map(text))),
    ...parts,
  );
}

/** A pickle of a dict. */
export function stateDict(entries: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return pickle(dict(entries));
}

/** Writes a file that is removed when the test ends. */
export async function write(bytes: Uint8Array, name = "file.bin"): Promise<string> {
  const path = joinPath(await temporaryDirectory(), name);
  await writeFile(path, bytes);
  return path;
}
