/** A pack's last segments: its task head, in parts no larger than a layer, so that it needs no more memory than they do. */
import type { CheckpointHead } from "../../checkpoint/checkpoint.ts";
import type { BuiltSegment } from "../segment.ts";
import { buildHeadLinear } from "./linear.ts";
import { buildSequenceClassifier } from "./sequence-classifier.ts";
import { buildEmbedding, buildTimeDelayLayer } from "./xvector.ts";

/** The number of segments that `buildHeadSegments` gives. */
export function headSegmentCount({ head }: CheckpointHead): number {
  return head.kind === "xvector" ? head.tdnn.length + 2 : 1;
}

/** Builds the segments of a head in order of use; each has one program, of the same name. */
export async function* buildHeadSegments(head: CheckpointHead): AsyncGenerator<BuiltSegment> {
  for await (const program of buildPrograms(head)) {
    yield { name: program.name, programs: [program] };
  }
}

async function* buildPrograms(from: CheckpointHead) {
  const { head } = from;
  switch (head.kind) {
    case "xvector":
      yield buildHeadLinear(from, {
        program: "head.projector",
        prefix: "projector",
        input: "hidden",
        output: "projected",
      });
      for (const [index, delay] of head.tdnn.entries()) {
        yield buildTimeDelayLayer(from, index, delay);
      }
      yield buildEmbedding(from);
      return;
    case "frame-classification":
      yield buildFrameLogits(from, "classifier");
      return;
    case "ctc":
      yield buildFrameLogits(from, "lm_head");
      return;
    case "sequence-classification":
      yield buildSequenceClassifier(from);
  }
}

function buildFrameLogits(head: CheckpointHead, prefix: string) {
  return buildHeadLinear(head, {
    program: "head.logits",
    prefix,
    input: "hidden",
    output: "logits",
  });
}
