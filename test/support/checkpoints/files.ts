/** Checkpoint files made up by tests: safetensors bytes, and directories that vanish after the test. */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const FIXTURES = new URL("../../fixtures/", import.meta.url).pathname;

/** A tensor as a safetensors file stores it. */
export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The path of a file or directory under test/fixtures. */
export function fixture(path: string): string {
  return join(FIXTURES, path);
}

/** A stored F32 tensor. */
export function float32(shape: readonly number[], values: readonly number[]): StoredTensor {
  return { dtype: "F32", shape, bytes: new Uint8Array(Float32Array.from(values).buffer) };
}

/** The bytes of a safetensors file with any header, right or wrong. */
export function safetensorsBytes(header: string | Uint8Array, data: Uint8Array): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

/** The bytes of a well-formed safetensors file. */
export function encodeSafetensors(tensors: ReadonlyMap<string, StoredTensor>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  const parts: Uint8Array[] = [];
  let position = 0;
  for (const [name, { dtype, shape, bytes }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [position, position + bytes.length] };
    parts.push(bytes);
    position += bytes.length;
  }
  return safetensorsBytes(JSON.stringify(header), Buffer.concat(parts));
}

/** Takes a well-formed safetensors file apart. */
export function decodeSafetensors(bytes: Uint8Array): Map<string, StoredTensor> {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  delete header.__metadata__;
  return new Map(
    Object.entries<{ dtype: string; shape: number[]; data_offsets: [number, number] }>(header).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [start, end],
        },
      ]) => [
        name,
        {
          dtype,
          shape,
          bytes: Uint8Array.from(bytes.subarray(8 + length + start, 8 + length + end)),
        },
      ],
    ),
  );
}

/** A new directory that is removed when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "undertone-test-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** A copy of a golden checkpoint's configs, in a new directory, with the given files added or replaced. */
export async function checkpointDirectory(
  golden: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const directory = await temporaryDirectory();
  for (const name of ["config.json", "preprocessor_config.json"]) {
    await cp(fixture(`golden/${golden}/${name}`), join(directory, name));
  }
  for (const [name, content] of Object.entries(files))
    await writeFile(join(directory, name), content);
  return directory;
}
