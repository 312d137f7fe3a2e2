/** The error of a frame that cannot be AAC. */
import type { UndertoneError } from "../../../errors.ts";
import { damaged } from "../../faults.ts";

/** A packet that is cut, or holds what no encoder writes. */
export function brokenFrame(): UndertoneError {
  return damaged("an AAC frame is broken");
}
