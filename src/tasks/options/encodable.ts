/** Which formats can hold what is asked for. */
import { UndertoneError } from "../../errors.ts";
import type { Format } from "../../formats/format.ts";
import { featureTaps } from "../../model/engine/taps/resolve.ts";
import { countTaps } from "../../model/engine/taps/taps.ts";
import type { PackManifest } from "../../model/pack/manifest.ts";
import { invalidOption } from "./errors.ts";
import type { RequestOptions } from "./request.ts";

/**
 * Refuses options that `format` cannot carry, before anything is computed.
 * @throws UndertoneError `invalid-option` for an encoding outside JSON, `one-layer-only` for an npy of several layers,
 *   `layer-out-of-range`, `output-unavailable`.
 */
export function requireEncodable(
  options: RequestOptions,
  format: Format,
  model: Pick<PackManifest, "architecture" | "heads" | "programs">,
): void {
  const { encoding } = options;
  if (encoding !== undefined && format !== "json") {
    throw invalidOption("encoding", `is for format json, and the answer would be ${format}`);
  }
  requireOneForNpy(countTaps(featureTaps(model, options)), format);
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
