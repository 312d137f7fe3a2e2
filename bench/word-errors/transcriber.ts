/** spoken-words in one precision, as the command line runs it. */
import { reportProgress } from "../../src/cli/output/progress.ts";
import { openPackDirectory } from "../../src/cli/packs/open.ts";
import { type WordErrors, wordErrors } from "../../src/model/accuracy/word-error.ts";
import { headTaps } from "../../src/model/engine/taps/taps.ts";
import { decodeLogits, type Search } from "../../src/model/heads/ctc/decode.ts";
import type { Precision } from "../../src/model/pack/precision.ts";
import { requireHead } from "../../src/tasks/task.ts";
import { cachedPack } from "../models.ts";

/** Counts the words of an utterance that come out wrong. */
export type CountErrors = (samples: Float32Array, text: string) => Promise<WordErrors>;

/** Opens the pack, which is built first where it is not there. */
export async function openTranscriber(
  precision: Precision,
  search: Search = { decoder: "greedy" },
): Promise<CountErrors> {
  const { directory } = await cachedPack("spoken-words", precision, reportProgress());
  const engine = await openPackDirectory(directory);
  const head = requireHead(engine.manifest, "ctc");
  const taps = headTaps(head);
  return async (samples, text) => {
    const { head: output } = await engine.run(samples, taps);
    if (output === null) throw new Error("no head was run");
    const said = await decodeLogits(output.logits, head, search);
    return wordErrors(text, said.text);
  };
}
