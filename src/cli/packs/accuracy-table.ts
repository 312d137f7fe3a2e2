/** The accuracy of a pack as a text table. */
import type { Accuracy } from "../../model/pack/accuracy.ts";

/** One line per layer, and one for the head. */
export function accuracyTable(id: string, accuracy: Accuracy): string {
  const { audio, seconds, layers, head } = accuracy;
  const lines = [
    `${id} against float32, on ${seconds.toFixed(1)} s of ${audio} audio:`,
    "layer  relative L2  standardised  mean cosine  worst cosine",
    ...layers.map((error, layer) =>
      [
        String(layer).padStart(5),
        error.relativeL2.toFixed(5).padStart(11),
        error.standardisedRelativeL2.toFixed(5).padStart(12),
        error.meanFrameCosine.toFixed(6).padStart(11),
        error.worstFrameCosine.toFixed(6).padStart(12),
      ].join("  "),
    ),
  ];
  if (head !== null) lines.push(headLine(head));
  return lines.join("\n");
}

function headLine(head: NonNullable<Accuracy["head"]>): string {
  const parts = [`logits relative L2 ${head.logitsRelativeL2.toFixed(5)}`];
  if (head.labelAgreement !== null) {
    parts.push(`${(100 * head.labelAgreement).toFixed(2)} % of decisions equal`);
  }
  if (head.meanEmbeddingCosine !== null && head.worstEmbeddingCosine !== null) {
    const [mean, worst] = [head.meanEmbeddingCosine, head.worstEmbeddingCosine];
    parts.push(`embedding cosine ${mean.toFixed(6)}, worst ${worst.toFixed(6)}`);
  }
  return `head (${head.kind}): ${parts.join(", ")}`;
}
