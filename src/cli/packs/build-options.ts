/** Options of `undertone pack build`. */

import type { PackOptions } from "../../model/build/write-pack.ts";
import type { LayerSum } from "../../model/heads/head.ts";
import type { HubSettings } from "../hub/settings.ts";

/** Source, output directory and precision of a pack. */
export interface PackBuildOptions extends Omit<PackOptions, "calibration"> {
  /** As `openSource` takes it. */
  readonly source: string;
  readonly outDir: string;
  /** Clips to calibrate a quantized pack with; the built-in ones if left out. */
  readonly calibrationFiles?: readonly string[];
  /** Form of the last hidden state in the head's weighted sum; by the transformers version in config.json if left out. */
  readonly lastState?: LayerSum["lastState"];
  /** An ARPA file; no language model if left out. */
  readonly languageModelFile?: string;
  /** Settings of the hub; from the environment if left out. */
  readonly hub?: HubSettings;
}
