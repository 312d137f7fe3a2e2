/** A pack's last segments: its task head, in parts no larger than a layer, so that it needs no more memory than they do. */
import type { CheckpointHead } from "../../checkpoint/checkpoint.ts";
import type { BuiltSegment } from "../segment.ts";
import { buildHeadLinear } from "./linear.ts";
import type { HeadProduct } from "./product.ts";
import { buildSequenceClassifier } from "./sequence-classifier.ts";
import { buildEmbedding, buildTimeDelayLayer } from "./xvector.ts";

/** The number of segments that `buildHeadSegments` gives. */
export function headSegmentCount({ head }: CheckpointHead): number {
  return head.kind === "xvector" ? head.tdnn.length + 2 : 1;
}

/** Builds the segments of a head in order of use; each has one program, of the same name. */
export async function* buildHeadSegments(
  head: CheckpointHead,
  product: HeadProduct,
): AsyncGenerator<BuiltSegment> {
  for await (const program of buildPrograms(head, product)) {
    yield { name: program.name, programs: [program] };
  }
}

async function* buildPrograms(from: CheckpointHead, product: HeadProduct) {
  const { head } = from;
  switch (head.kind) {
    case "xvector":
      yield buildHeadLinear(from, product, {
        program: "head.projector",
        prefix: "projector",
        input: "hidden",
        output: "projected",
      });
      for (const [index, delay] of head.tdnn.entries()) {
        yield buildTimeDelayLayer(from, product, index, delay);
      }
      yield buildEmbedding(from, product);
      return;
    case "frame-classification":
      yield buildFrameLogits(from, product, "classifier");
      return;
    case "ctc":
      yield buildFrameLogits(from, product, "lm_head");
      return;
    case "sequence-classification":
      yield buildSequenceClassifier(from, product);
  }
}

function buildFrameLogits(head: CheckpointHead, product: HeadProduct, prefix: string) {
  return buildHeadLinear(head, product, {
    program: "head.logits",
    prefix,
    input: "hidden",
    output: "logits",
  });
}
