/** The tensors that a task head consists of. */
import type { WavLMConfig } from "../../config.ts";
import type { TensorShapes } from "../backbone/expected-tensors.ts";
import { type HubHead, labelsOf, takesLayerSum } from "./config.ts";

/** Shapes of a head's tensors by hub name; these stand beside the backbone's prefix, never under it. */
export function expectedHeadTensors(hub: HubHead, config: WavLMConfig): TensorShapes {
  const sum: NamedShape[] = takesLayerSum(hub) ? [["layer_weights", [config.layerCount + 1]]] : [];
  return new Map([...sum, ...linears(hub, config)]);
}

type NamedShape = [name: string, shape: number[]];

function linears(hub: HubHead, { hiddenSize }: WavLMConfig): NamedShape[] {
  switch (hub.kind) {
    case "xvector":
      return xvector(hub, hiddenSize);
    case "frame-classification":
      return linear("classifier", labelsOf(hub).length, hiddenSize);
    case "ctc":
      return linear("lm_head", hub.vocab_size, hiddenSize);
    case "sequence-classification":
      return [
        ...linear("projector", hub.classifier_proj_size, hiddenSize),
        ...linear("classifier", labelsOf(hub).length, hub.classifier_proj_size),
      ];
  }
}

function xvector(
  { tdnn_dim, tdnn_kernel, xvector_output_dim }: HubHead,
  hiddenSize: number,
): NamedShape[] {
  return [
    ...linear("projector", tdnn_dim[0], hiddenSize),
    ...tdnn_dim.flatMap((size, index) => {
      const inputs = tdnn_dim[index - 1] ?? tdnn_dim[0];
      return linear(`tdnn.${index}.kernel`, size, tdnn_kernel[index] * inputs);
    }),
    ...linear("feature_extractor", xvector_output_dim, 2 * tdnn_dim[tdnn_dim.length - 1]),
    ...linear("classifier", xvector_output_dim, xvector_output_dim),
  ];
}

function linear(name: string, outputs: number, inputs: number): NamedShape[] {
  return [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ];
}
