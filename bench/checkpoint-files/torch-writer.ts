/** A checkpoint → pytorch_model.bin as torch.save writes it, one tensor in memory at a time. */

import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { bytesOf } from "../../src/bytes.ts";
import { expectedTensors } from "../../src/model/checkpoint/backbone/expected-tensors.ts";
import type { Checkpoint } from "../../src/model/checkpoint/checkpoint.ts";
import { pickleStateDict } from "./state-dict-pickle.ts";

const FOLDER = "pytorch_model";
const LOCAL_BYTES = 30;
const ENTRY_BYTES = 46;
const END_BYTES = 22;

/** Writes every tensor of the checkpoint as float32, each in a storage of its own. */
export async function writeTorchFile(checkpoint: Checkpoint, path: string): Promise<void> {
  const shapes = expectedTensors(checkpoint.config);
  const file = await open(path, "w");
  const directory: Buffer[] = [];
  let position = 0;
  const addMember = async (name: string, bytes: Uint8Array) => {
    const local = Buffer.alloc(LOCAL_BYTES);
    local.writeUInt32LE(0x04034b50);
    writeFacts(local, 14, name, bytes);
    const entry = Buffer.alloc(ENTRY_BYTES);
    entry.writeUInt32LE(0x02014b50);
    writeFacts(entry, 16, name, bytes);
    entry.writeUInt32LE(position, 42);
    directory.push(entry, Buffer.from(name));
    await file.writeFile(Buffer.concat([local, Buffer.from(name)]));
    await file.writeFile(bytes);
    position += LOCAL_BYTES + name.length + bytes.length;
  };
  try {
    await addMember(`${FOLDER}/data.pkl`, pickleStateDict(shapes));
    for (const [index, name] of [...shapes.keys()].entries()) {
      const { data } = await checkpoint.tensor(name);
      const bytes = bytesOf(data);
      await addMember(`${FOLDER}/data/${index}`, bytes);
    }
    await addMember(`${FOLDER}/version`, Buffer.from("3\n"));
    await file.writeFile(endOf(directory, position));
  } finally {
    await file.close();
  }
}

/** CRC, both sizes and the length of the name, which follow each other in both kinds of header. */
function writeFacts(header: Buffer, at: number, name: string, bytes: Uint8Array): void {
  header.writeUInt32LE(crc32(bytes), at);
  header.writeUInt32LE(bytes.length, at + 4);
  header.writeUInt32LE(bytes.length, at + 8);
  header.writeUInt16LE(name.length, at + 12);
}

function endOf(entries: readonly Buffer[], position: number): Buffer {
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(entries.length / 2, 8);
  end.writeUInt16LE(entries.length / 2, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(position, 16);
  return Buffer.concat([directory, end]);
}
