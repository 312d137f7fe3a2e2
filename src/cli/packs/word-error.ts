/** The word error rate of a pack on clips whose words are known. */
import { WHOLE_CLIP } from "../../audio/clip.ts";
import { bootstrapInterval } from "../../model/accuracy/bootstrap.ts";
import { type WordErrors, wordErrorRate, wordErrors } from "../../model/accuracy/word-error.ts";
import type { Engine } from "../../model/engine/engine.ts";
import { headTaps } from "../../model/engine/taps/taps.ts";
import { decodeLogits } from "../../model/heads/ctc/decode.ts";
import type { Matrix } from "../../model/matrix.ts";
import { requireHead } from "../../tasks/task.ts";
import { computeFile } from "../clips/compute.ts";
import type { LabelledClip } from "../labels/texts.ts";
import { type ProgressReport, reportStep } from "../output/progress.ts";
import { DEFAULT_MAX_CLIP_SECONDS } from "./open.ts";

/**
 * Transcribes clips greedily and counts the words that are wrong, clip by clip.
 * @throws UndertoneError `model-without-head`, and every fault of a clip.
 */
export async function countWordErrors(
  engine: Engine,
  clips: readonly LabelledClip[],
  report: ProgressReport,
): Promise<WordErrors[]> {
  const head = requireHead(engine.manifest, "ctc");
  const reading = { selection: WHOLE_CLIP, maxClipSeconds: DEFAULT_MAX_CLIP_SECONDS };
  const counted: WordErrors[] = [];
  await reportStep(
    report,
    `transcribing with ${engine.manifest.id}`,
    clips.length,
    async (advance) => {
      for (const { path, text } of clips) {
        const { result } = await computeFile(path, engine, headTaps(head), reading);
        const said = await decodeLogits(result.head?.logits as Matrix, head, { decoder: "greedy" });
        counted.push(wordErrors(text, said.text));
        advance();
      }
    },
  );
  return counted;
}

/** A word error rate as a line of text, with its 95 % interval by bootstrap over clips. */
export function wordErrorLine(id: string, counted: readonly WordErrors[]): string {
  const [low, high] = bootstrapInterval(counted).map(percent);
  const errors = counted.reduce((sum, clip) => sum + clip.errors, 0);
  const words = counted.reduce((sum, clip) => sum + clip.words, 0);
  return (
    `${id}: word error rate ${percent(wordErrorRate(counted))} % (95 % interval ${low} to ${high}), ` +
    `${errors} errors in ${words} words of ${counted.length} clips.`
  );
}

function percent(rate: number): string {
  return (100 * rate).toFixed(2);
}
