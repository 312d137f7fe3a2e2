/** What a command says of a clip whose result it has written. */
import type { ComputedClip } from "../../results/computed.ts";

/** `49 frames by <model>`, and what is worth knowing besides. */
export function clipSummary({ frames, windows, model, audio }: ComputedClip): string {
  const parts = [`${frames} frames by ${model.id}`];
  if (windows > 1) parts.push(`${windows} windows`);
  if (model.weights === "synthetic") parts.push("synthetic weights");
  const warnings = audio.warnings.map(({ code }) => code);
  if (warnings.length > 0) parts.push(`with ${warnings.join(", ")}`);
  return parts.join(", ");
}
