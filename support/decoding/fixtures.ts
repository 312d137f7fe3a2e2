/** The clips of test/fixtures/clips/bit-exact and what they are expected to hold. */
import { readFileSync } from "node:fs";

const FOLDER = new URL("../../test/fixtures/clips/bit-exact/", import.meta.url);

/** A fixture's bytes. */
export function readFixture(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(path, FOLDER)));
}

/** A fixture of little-endian float32. */
export function readFloats(path: string): Float32Array {
  return new Float32Array(readFixture(path).slice().buffer);
}

const CLIPS_FOLDER = new URL("../../test/fixtures/clips/", import.meta.url);

/** The bytes of a file of test/fixtures/clips. */
export function readClip(file: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(file, CLIPS_FOLDER)));
}
