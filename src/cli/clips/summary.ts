/** The summary line of a written result. */
import type { ComputedClip } from "../../results/computed.ts";

/** `49 frames by <model>`, then warnings. */
export function clipSummary({ frames, windows, model, audio }: ComputedClip): string {
  const parts = [`${frames} frames by ${model.id}`];
  if (windows > 1) parts.push(`${windows} windows`);
  if (model.weights === "synthetic") parts.push("synthetic weights");
  const warnings = audio.warnings.map(({ code }) => code);
  if (warnings.length > 0) parts.push(`with ${warnings.join(", ")}`);
  return parts.join(", ");
}
