/** Inputs and outputs of ready ONNX exports, and the taps that these outputs can serve. */
import { UndertoneError } from "../../../errors.ts";
import type { PackManifest, Program } from "../../pack/manifest.ts";
import type { Taps } from "../taps/taps.ts";

/** The name of an exported pack's only program, and of its only segment. */
export const EXPORTED_NAME = "model";

/** The clip, [1, samples]. */
export const EXPORTED_INPUT = "input_values";
/** As transformers calls them; `embeddings` are those of x-vectors. */
export const EXPORTED_OUTPUTS = ["last_hidden_state", "logits", "embeddings"] as const;
export type ExportedOutput = (typeof EXPORTED_OUTPUTS)[number];

/** The program that is the whole model of an exported pack; undefined for packs built of weights. */
export function exportedProgram({ programs }: Pick<PackManifest, "programs">): Program | undefined {
  return programs.find(({ steps }) => steps.some((step) => "segment" in step));
}

/** The outputs that taps need; in post-norm models the last hidden state is also the last of the hidden states. */
export function neededOutputs(taps: Taps): readonly ExportedOutput[] {
  if (taps.head === null) return ["last_hidden_state"];
  return taps.head.kind === "xvector" ? ["logits", "embeddings"] : ["logits"];
}

/**
 * Checks that an exported pack gives what taps ask for; packs built of weights give everything.
 * @throws UndertoneError `output-unavailable` naming what there is.
 */
export function requireOffered(
  manifest: Pick<PackManifest, "programs" | "architecture">,
  taps: Taps,
): void {
  const program = exportedProgram(manifest);
  if (program === undefined) return;
  const { layerCount, layerNormPlacement } = manifest.architecture;
  const isLast = (index: number) => index === layerCount && layerNormPlacement === "post";
  const asksForMore =
    taps.head === null &&
    (taps.extractFeatures || taps.layerSum !== null || !taps.hiddenStates.every(isLast));
  const isOffered = neededOutputs(taps).every((name) => program.outputs.includes(name));
  if (isOffered && !asksForMore) return;
  const offers = program.outputs.join(" and ");
  const advice = program.outputs.includes("last_hidden_state")
    ? "ask for layers=last_hidden_state"
    : "ask for what its head is for";
  throw new UndertoneError(
    "output-unavailable",
    `This model is a ready ONNX export, which gives only ${offers}: ${advice}, or build a pack of the checkpoint's weights.`,
    { outputs: program.outputs },
  );
}
