/** Writes NIST SPHERE files for tests: fields and bytes of samples in, files out. */
import { ascii, concatenate } from "./make-wav.ts";

/** Values by name: whole numbers are written as `-i`, others as `-r`, text as `-s`; null leaves a field out. */
export type SphereContent = Readonly<Record<string, number | string | null>>;

const HEADER_BYTES = 1_024;
/** One channel of 16 bits at 16 kHz. */
const USUAL: SphereContent = {
  sample_n_bytes: 2,
  channel_count: 1,
  sample_byte_format: "01",
  sample_rate: 16_000,
  sample_coding: "pcm",
};

/** A file with these fields in place of the usual ones, and these bytes behind its header. */
export function makeSphere(
  content: SphereContent,
  data: Uint8Array,
  headerBytes = HEADER_BYTES,
): Uint8Array<ArrayBuffer> {
  const lines = Object.entries({ ...USUAL, ...content }).flatMap(([name, value]) =>
    value === null ? [] : [`${name} ${typed(value)}`],
  );
  return sphereOf(["NIST_1A", `${headerBytes}`.padStart(7), ...lines, "end_head"], data);
}

/** A file whose header has these lines. */
export function sphereOf(lines: readonly string[], data: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = `${lines.join("\n")}\n`;
  const headerBytes = Number(lines[1]) || HEADER_BYTES;
  return concatenate([ascii(text.padEnd(headerBytes)), data]);
}

function typed(value: number | string): string {
  if (typeof value === "string") return `-s${value.length} ${value}`;
  return Number.isInteger(value) ? `-i ${value}` : `-r ${value}`;
}
