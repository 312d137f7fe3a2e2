/** What `undertone pack build` is asked for. */

import type { PackOptions } from "../../model/build/write-pack.ts";
import type { LayerSum } from "../../model/heads/head.ts";
import type { HubSettings } from "../hub/settings.ts";

/** What to build and where. */
export interface PackBuildOptions extends Omit<PackOptions, "calibration"> {
  /** As `openSource` takes it. */
  readonly source: string;
  readonly outDir: string;
  /** Clips to calibrate a quantized pack with; the built-in ones if left out. */
  readonly calibrationFiles?: readonly string[];
  /** What enters the head's weighted sum as the last hidden state; by the transformers that wrote config.json if left out. */
  readonly lastState?: LayerSum["lastState"];
  /** How to reach the hub; as the environment says if left out. */
  readonly hub?: HubSettings;
}
