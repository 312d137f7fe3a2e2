/** Files of torch.save in which toolkits keep something else than a model's weights. */
import { UndertoneError } from "../../../errors.ts";
import type { PickleDict } from "../pickle/values.ts";

/**
 * Passes for what may be a state_dict, or have one in it.
 * @throws UndertoneError `checkpoint-invalid` for a checkpoint of s3prl, which trains on top of a model, and for DeepSpeed's
 *   optimizer states; `fileName` is what it calls the file.
 * @see https://github.com/s3prl/s3prl/blob/main/s3prl/downstream/runner.py `save_pretrained`
 */
export function refuseToolkit(fileName: string, { entries }: PickleDict): void {
  const isOfS3prl = entries.has("Downstream") || entries.has("Featurizer");
  if (isOfS3prl && !entries.has("Upstream")) {
    throw new UndertoneError(
      "checkpoint-invalid",
      `${fileName} is a checkpoint of s3prl: it has a task's own layers (Downstream, Featurizer), and not the WavLM under them, which was not trained. Build from that upstream, such as microsoft/wavlm-base-plus, and run the task's layers on its features.`,
      { file: fileName },
    );
  }
  if (entries.has("optimizer_state_dict") && entries.has("zero_stage")) {
    throw new UndertoneError(
      "checkpoint-invalid",
      `${fileName} has states of DeepSpeed's optimizer: run the folder's zero_to_fp32.py, which writes the whole weights.`,
      { file: fileName },
    );
  }
}
