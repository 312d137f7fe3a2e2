/** Errors of golden/mid's packs, run by the real engine in Node. */
import { openPackDirectory } from "../src/cli/open-pack.ts";
import type { ProgressReport } from "../src/cli/progress.ts";
import { resolveTaps } from "../src/model/layers.ts";
import type { Precision } from "../src/model/precision.ts";
import { type LayerError, layerError } from "../src/model/verification/layer-error.ts";
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
