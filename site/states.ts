/** The hidden states of a clip, one at a time as a picture. */
import type { FeatureTensor } from "../src/browser/index.ts";
import { element, setShown } from "./elements.ts";
import type { Outcome } from "./outcome.ts";
import { drawMatrix } from "./picture.ts";

const slider = element("layer") as HTMLInputElement;
let tensors: readonly FeatureTensor[] = [];
let last: FeatureTensor | null = null;

/** The hidden state in the picture; null if there is none. */
export function shownState(): FeatureTensor | null {
  return last;
}

/** The number of the hidden state in the picture; null if there is none. */
export function shownLayer(): number | null {
  return last && numberOf(last);
}

/** Calls `onChange` when another hidden state is shown. */
export function startStates(onChange: () => void): void {
  slider.addEventListener("input", () => {
    show(tensors[slider.valueAsNumber]);
    onChange();
  });
}

/** Shows the last hidden state, if there are any, and tells scripts by an event `features`. */
export function showStates({ answered, backend }: Outcome): void {
  tensors = answered.task === "features" ? answered.tensors : [];
  last = null;
  setShown("states", tensors.length > 0);
  setShown("layers", tensors.length > 1);
  const tensor = tensors.at(-1);
  if (tensor === undefined) return;
  slider.max = String(tensors.length - 1);
  slider.valueAsNumber = tensors.length - 1;
  show(tensor);
  const { name, shape, data } = tensor;
  document.dispatchEvent(new CustomEvent("features", { detail: { name, shape, data, backend } }));
}

function show(tensor: FeatureTensor): void {
  last = tensor;
  const { mean, deviation } = drawMatrix(
    element("picture") as HTMLCanvasElement,
    tensor.shape,
    tensor.data,
  );
  const number = numberOf(tensor);
  const name = `Hidden state ${number}`;
  const [frames, channels] = tensor.shape;
  slider.ariaValueText = `${number} of ${slider.max}${number === 0 ? ", before the first layer" : ""}`;
  element("layer-number").textContent = slider.ariaValueText;
  element("picture").ariaLabel = `${name}: ${frames} frames, ${channels} channels`;
  element("legend").textContent =
    `${name}: time from left to right, a channel in each row. Its mean is ${mean.toFixed(2)}, the deviation ${deviation.toFixed(2)}; dark is below the mean, bright above it.`;
}

function numberOf({ name }: FeatureTensor): number {
  return Number(name.split(".").at(-1));
}
