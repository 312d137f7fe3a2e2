/** The hidden states of a clip, as a picture. */
import { element, setShown } from "./elements.ts";
import type { Outcome } from "./outcome.ts";
import { drawMatrix } from "./picture.ts";

/** Shows the last of them, if there are any, and tells scripts by an event `features`. */
export function showStates({ answered, backend }: Outcome): void {
  setShown("states", answered.task === "features");
  if (answered.task !== "features") return;
  const tensor = answered.tensors.at(-1);
  if (tensor === undefined) throw new Error("nothing was computed");
  const { name, shape, data } = tensor;
  drawMatrix(element("picture") as HTMLCanvasElement, shape, data);
  element("legend").textContent =
    `${name}: time from left to right, a channel in each row; dark is below the mean, bright above it.`;
  document.dispatchEvent(new CustomEvent("features", { detail: { name, shape, data, backend } }));
}
