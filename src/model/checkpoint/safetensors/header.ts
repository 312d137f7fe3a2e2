/** The header of a safetensors file: which tensors it holds, and where; bytes in, checked entries out. */
import { z } from "zod";
import { UndertoneError } from "../../../errors.ts";
import { findDuplicateKey } from "../huggingface/duplicate-keys.ts";

/** Bytes before the header: its length as a little-endian 64-bit integer. */
export const LENGTH_BYTES = 8;

/** The format's own bound on a header. */
const MAX_HEADER_BYTES = 100_000_000;

/** Bits per element of every type the format knows. */
const DTYPE_BITS: ReadonlyMap<string, number> = new Map([
  ["F4", 4],
  ["F6_E2M3", 6],
  ["F6_E3M2", 6],
  ...["BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0"].map((dtype) => [dtype, 8] as const),
  ...["U16", "I16", "F16", "BF16"].map((dtype) => [dtype, 16] as const),
  ...["U32", "I32", "F32"].map((dtype) => [dtype, 32] as const),
  ...["U64", "I64", "F64", "C64"].map((dtype) => [dtype, 64] as const),
]);

/** One tensor of a file; `start` and `end` are byte offsets from the end of the header. */
export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

const dimension = z.int().nonnegative();
const headerEntry = z.strictObject({
  dtype: z.string(),
  shape: z.array(dimension),
  data_offsets: z.tuple([dimension, dimension]),
});
const metadataEntry = z.record(z.string(), z.string());

/**
 * The length in bytes of the header that follows `prefix`, the first 8 bytes of a file of `fileBytes` bytes.
 * @throws UndertoneError `checkpoint-invalid` if the header would be longer than the file or than the format allows.
 */
export function parseHeaderLength(prefix: Uint8Array, fileBytes: number): number {
  if (prefix.length < LENGTH_BYTES)
    throw invalid("is shorter than the 8 bytes it has to begin with");
  const view = new DataView(prefix.buffer, prefix.byteOffset, LENGTH_BYTES);
  const length = Number(view.getBigUint64(0, true));
  if (length > Math.min(MAX_HEADER_BYTES, fileBytes - LENGTH_BYTES)) {
    throw invalid(
      `announces a header of ${length} bytes, more than the file or the format can hold`,
    );
  }
  return length;
}

/**
 * The tensors, by name, of a file whose header is `header` and whose data after it is `dataBytes` long. The data must be
 * covered by tensors exactly, without holes or overlaps.
 * @throws UndertoneError `checkpoint-invalid` saying which rule of the format is broken.
 * @see https://github.com/huggingface/safetensors#format
 */
export function parseHeader(header: Uint8Array, dataBytes: number): Map<string, TensorEntry> {
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(parseObject(header))) {
    if (name === "__metadata__") {
      if (!metadataEntry.safeParse(value).success) throw invalid("has metadata that is not text");
    } else {
      entries.set(name, parseEntry(name, value));
    }
  }
  requireCover(entries, dataBytes);
  return entries;
}

function parseObject(header: Uint8Array): object {
  if (header[0] !== 0x7b) throw invalid("has a header that does not begin with {");
  let json: unknown;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header);
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid("has a header that is not JSON in UTF-8", cause);
  }
  const duplicate = findDuplicateKey(text);
  if (duplicate !== null) throw invalid(`names ${JSON.stringify(duplicate)} twice`);
  return json as object;
}

function parseEntry(name: string, value: unknown): TensorEntry {
  const parsed = headerEntry.safeParse(value);
  if (!parsed.success)
    throw invalid(`describes tensor ${name} without dtype, shape or data_offsets`);
  const { dtype, shape, data_offsets } = parsed.data;
  const [start, end] = data_offsets;
  const bits = DTYPE_BITS.get(dtype);
  if (bits === undefined) throw invalid(`gives tensor ${name} the unknown dtype ${dtype}`);
  // A product beyond 2^53 rounds, but then it is beyond any file too.
  if (shape.reduce((product, length) => product * length, bits) !== (end - start) * 8) {
    throw invalid(`gives tensor ${name} [${shape}] of ${dtype} ${end - start} bytes`);
  }
  return { dtype, shape, start, end };
}

function requireCover(entries: ReadonlyMap<string, TensorEntry>, dataBytes: number): void {
  let position = 0;
  const inOrder = [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  for (const [name, { start, end }] of inOrder) {
    if (start !== position) throw invalid(`has a hole or an overlap before tensor ${name}`);
    position = end;
  }
  if (position !== dataBytes) {
    throw invalid(`has ${dataBytes} bytes of data where its tensors need ${position}`);
  }
}

function invalid(what: string, cause?: unknown): UndertoneError {
  return new UndertoneError(
    "checkpoint-invalid",
    `The safetensors file ${what}; fetch it again.`,
    {},
    cause === undefined ? undefined : { cause },
  );
}
