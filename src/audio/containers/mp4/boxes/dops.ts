/** MP4's box of Opus set-up data, which is the identification header in another byte order. */

import { viewOf } from "../../../../bytes.ts";
import { damaged } from "../../../faults.ts";

const SIGNATURE = "OpusHead";
const FIXED_BYTES = 11;

/**
 * The header of RFC 7845 §5.1 that a `dOps` box stands for (Encapsulation of Opus in ISO Base Media File Format, §4.3.2).
 * @throws UndertoneError `clip-damaged` if the box is too short or of another version.
 */
export function opusHeadBytes(dops: Uint8Array): Uint8Array {
  if (dops.length < FIXED_BYTES || dops[0] !== 0) throw damaged("it has no Opus set-up data");
  const head = new Uint8Array(SIGNATURE.length + dops.length);
  head.set(new TextEncoder().encode(SIGNATURE));
  head.set(dops, SIGNATURE.length);
  const from = viewOf(dops);
  const to = viewOf(head.subarray(SIGNATURE.length));
  to.setUint8(0, 1);
  to.setUint16(2, from.getUint16(2), true);
  to.setUint32(4, from.getUint32(4), true);
  to.setInt16(8, from.getInt16(8), true);
  return head;
}
