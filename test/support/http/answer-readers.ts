/** Minimal readers of the answer formats, written from their specifications and sharing nothing with the writers. */
import { unzipSync } from "fflate";

export interface ReadTensor {
  readonly dtype: string;
  readonly shape: number[];
  readonly values: number[];
}

/** Reads version 1.0 of numpy.lib.format. */
export function readNpy(bytes: Uint8Array): ReadTensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = [...bytes.subarray(0, 8)];
  if (magic.join() !== [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0].join())
    throw new Error(`not npy 1.0: ${magic}`);
  const dataStart = 10 + view.getUint16(8, true);
  if (dataStart % 64 !== 0) throw new Error(`data at ${dataStart} is not aligned to 64`);
  const header = new TextDecoder("latin1").decode(bytes.subarray(10, dataStart));
  const match =
    /^\{'descr': '(<f[24])', 'fortran_order': False, 'shape': \(([\d, ]+)\), \} *\n$/.exec(header);
  if (match === null) throw new Error(`odd header: ${header}`);
  const shapeText = match[2] as string;
  if (!shapeText.includes(",")) throw new Error("a one-element tuple needs its comma");
  const shape = shapeText
    .split(",")
    .filter((axis) => axis.trim() !== "")
    .map(Number);
  return {
    dtype: match[1] as string,
    shape,
    values: readFloats(bytes.subarray(dataStart), match[1] === "<f2"),
  };
}

/** Unpacks an npz into its arrays by name (without `.npy`) and its other entries as text. */
export function readNpz(bytes: Uint8Array): {
  arrays: Map<string, ReadTensor>;
  texts: Map<string, string>;
} {
  const arrays = new Map<string, ReadTensor>();
  const texts = new Map<string, string>();
  for (const [name, content] of Object.entries(unzipSync(bytes))) {
    if (name.endsWith(".npy")) arrays.set(name.slice(0, -4), readNpy(content));
    else texts.set(name, new TextDecoder().decode(content));
  }
  return { arrays, texts };
}

/** Reads a safetensors file and checks that its tensors fill it without gaps, in order, aligned to 8 bytes. */
export function readSafetensors(bytes: Uint8Array): {
  tensors: Map<string, ReadTensor>;
  metadata: Record<string, string>;
} {
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerLength % 8 !== 0)
    throw new Error(`header of ${headerLength} bytes is not aligned to 8`);
  const header = JSON.parse(
    new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + headerLength)),
  );
  const { __metadata__: metadata, ...entries } = header;
  const tensors = new Map<string, ReadTensor>();
  let expectedBegin = 0;
  for (const [name, { dtype, shape, data_offsets }] of Object.entries<SafetensorsEntry>(entries)) {
    const [begin, end] = data_offsets;
    if (begin !== expectedBegin)
      throw new Error(`${name} begins at ${begin}, not ${expectedBegin}`);
    expectedBegin = end;
    const data = bytes.subarray(8 + headerLength + begin, 8 + headerLength + end);
    tensors.set(name, { dtype, shape, values: readFloats(data, dtype === "F16") });
  }
  if (8 + headerLength + expectedBegin !== bytes.length)
    throw new Error("the file does not end with its last tensor");
  return { tensors, metadata };
}

interface SafetensorsEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function readFloats(bytes: Uint8Array, half: boolean): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = half ? 2 : 4;
  return Array.from({ length: bytes.length / size }, (_, index) =>
    half ? view.getFloat16(index * size, true) : view.getFloat32(index * size, true),
  );
}
