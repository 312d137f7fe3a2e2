/** Checks that a format can hold the features that are asked for. */
import { UndertoneError } from "../../errors.ts";
import type { Format } from "../../formats/format.ts";
import { countTaps, type Taps } from "../../model/engine/taps/taps.ts";
import { invalidOption } from "./errors.ts";
import type { RequestOptions } from "./request.ts";

/**
 * Refuses options that `format` cannot carry, before anything is computed.
 * @throws UndertoneError `invalid-option` for an encoding outside JSON, `one-layer-only` for an npy of several layers.
 */
export function requireEncodable({ encoding }: RequestOptions, format: Format, taps: Taps): void {
  if (encoding !== undefined && format !== "json") {
    throw invalidOption("encoding", `is for format json, and the answer would be ${format}`);
  }
  requireOneForNpy(countTaps(taps), format);
}

/** @throws UndertoneError `one-layer-only` for an npy of several tensors. */
export function requireOneForNpy(tensorCount: number, format: Format): void {
  if (format !== "npy" || tensorCount === 1) return;
  throw new UndertoneError(
    "one-layer-only",
    `An npy holds one layer, not ${tensorCount}. Ask for one, or for npz or safetensors.`,
    { layers: tensorCount },
  );
}
