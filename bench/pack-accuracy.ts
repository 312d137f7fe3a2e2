/** Errors of golden/mid's packs, run by the real engine in Node. */

import type { ProgressReport } from "../src/cli/output/progress.ts";
import { openPackDirectory } from "../src/cli/packs/open.ts";
import { type LayerError, layerError } from "../src/model/accuracy/layer-error.ts";
import { resolveTaps } from "../src/model/engine/taps/resolve.ts";
import type { Precision } from "../src/model/pack/precision.ts";
import { GOLDEN_MID, goldenMidReference, goldenMidSamples } from "./golden-mid.ts";
import { cachedPack, SILENT } from "./models.ts";

/** Builds golden/mid in `precision`, calibrated as by default, and compares each hidden state with transformers'. */
export async function measurePack(
  precision: Precision,
  report: ProgressReport = SILENT,
): Promise<LayerError[]> {
  const { directory, manifest } = await cachedPack(GOLDEN_MID, precision, report);
  const engine = await openPackDirectory(directory);
  const taps = resolveTaps("all", manifest.architecture.layerCount);
  const { hiddenStates } = await engine.run(await goldenMidSamples(), taps);
  const reference = await goldenMidReference();
  return [...hiddenStates].map(([index, matrix]) => layerError(matrix, reference[index]));
}
