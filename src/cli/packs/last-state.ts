/** Overrides the form of the last hidden state in a head's weighted sum. */
import { UndertoneError } from "../../errors.ts";
import type { Checkpoint } from "../../model/checkpoint/checkpoint.ts";
import type { LayerSum } from "../../model/heads/head.ts";

/**
 * The checkpoint with a head that takes this form of the last hidden state; as it is where none is given.
 * @throws UndertoneError `invalid-option` if it has no head that sums hidden states up.
 */
export function withLastState(
  checkpoint: Checkpoint,
  lastState: LayerSum["lastState"] | undefined,
): Checkpoint {
  if (lastState === undefined) return checkpoint;
  const { taskHead } = checkpoint;
  const layerSum = taskHead?.head.layerSum;
  if (taskHead === undefined || !layerSum) throw nothingToSum();
  const head = { ...taskHead.head, layerSum: { ...layerSum, lastState } };
  return { ...checkpoint, taskHead: { ...taskHead, head } };
}

function nothingToSum(): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    "This checkpoint has no head with a weighted sum of hidden states: omit --last-state.",
    { option: "last-state" },
  );
}
