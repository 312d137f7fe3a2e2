/** Who speaks in a clip: the speakers of its windows, matched by overlap or by their voices. */
import { sigmoid } from "../model/heads/scores.ts";
import { matchWindows } from "../model/heads/speakers/match-windows.ts";
import type { Matrix } from "../model/matrix.ts";
import type { AnsweredClip } from "./task.ts";

/** The speakers of a clip. */
export interface ClipSpeakers {
  readonly speakers: readonly string[];
  /** How the speakers of its windows were matched. */
  readonly matchedBy: "overlap" | "embeddings";
  /** The probability of each frame that a speaker speaks, by the speaker's number. */
  byFrame(speaker: number): Float64Array;
}

/** Finds the speakers of a clip whose logits [frames, labels] windows have given, matched by overlap. */
export async function speakersOf(
  { result, voices }: Pick<AnsweredClip, "result" | "voices">,
  labels: readonly string[],
): Promise<ClipSpeakers> {
  const logits = result.head?.logits as Matrix;
  const matched = voices && (await matchWindows(voices.ofWindows, labels.length, voices.cosine));
  const windows = matched
    ? { frames: result.windowFrames, columns: matched.ofWindows }
    : { frames: [logits.rows], columns: [labels.map((_, label) => label)] };
  const probabilities = sigmoid(logits.data);
  return {
    speakers: matched ? namesOf(labels, matched.count) : labels,
    matchedBy: matched ? "embeddings" : "overlap",
    byFrame(speaker) {
      const own = new Float64Array(logits.rows);
      let first = 0;
      for (const [window, frames] of windows.frames.entries()) {
        const column = windows.columns[window]?.indexOf(speaker) ?? -1;
        for (let frame = first; column !== -1 && frame < first + frames; frame++) {
          own[frame] = probabilities[frame * logits.columns + column] as number;
        }
        first += frames;
      }
      return own;
    },
  };
}

/** The labels, and as many more as there are speakers: behind `speaker_1` comes `speaker_2`. */
function namesOf(labels: readonly string[], count: number): string[] {
  const [, stem = "speaker_", number = String(labels.length - 1)] =
    /^(.*?)(\d+)$/.exec(labels.at(-1) ?? "") ?? [];
  const more = Array.from(
    { length: count - labels.length },
    (_, index) => `${stem}${Number(number) + 1 + index}`,
  );
  return [...labels, ...more];
}
