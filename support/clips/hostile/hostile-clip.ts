/** A clip that is made to cost more than it is worth, of any size. */
import type { ErrorSlug } from "../../../src/errors.ts";

/** A kind of attack. */
export interface HostileClip {
  readonly name: string;
  /** Makes a file of about so many bytes. */
  make(bytes: number): Uint8Array<ArrayBuffer>;
  /** Slug of the refusal at `attackBytes`; null if it is read. */
  readonly slug: ErrorSlug | null;
  /** Size for its full effect. */
  readonly attackBytes: number;
}

/** `part` over and over, for about so many bytes, at least once. */
export function repeated(part: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> {
  const count = Math.max(1, Math.floor(bytes / part.length));
  const whole = new Uint8Array(count * part.length);
  whole.set(part);
  for (let filled = part.length; filled < whole.length; filled *= 2) {
    whole.copyWithin(filled, 0, Math.min(filled, whole.length - filled));
  }
  return whole;
}

/** A file of a start, `part` over and over, and an end. */
export function filled(
  start: Uint8Array,
  part: Uint8Array,
  bytes: number,
  end: Uint8Array = new Uint8Array(),
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([start, repeated(part, bytes), end]));
}
