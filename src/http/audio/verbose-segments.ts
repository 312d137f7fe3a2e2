/** Segments as verbose_json has them, after Whisper's. */
import { zlibSync } from "fflate";
import { segmentWords, spanOf } from "../../formats/segment-words.ts";
import type { SpokenText } from "../../tasks/answers.ts";
import { rounded } from "../../tasks/task.ts";

/** Segments of words, with the members that Whisper's have; docs/api.md says which of them say nothing here. */
export function verboseSegments(words: readonly SpokenText[]) {
  return segmentWords(words).map((segment, id) => {
    const { text, start, end } = spanOf(segment);
    return {
      id,
      seek: Math.round(start * 100),
      start,
      end,
      text,
      tokens: [],
      temperature: 0,
      avg_logprob: rounded(meanLogProbability(segment), 6),
      compression_ratio: rounded(compressionRatio(text), 6),
      no_speech_prob: 0,
    };
  });
}

/** Confidences are written with six decimals: 0 is less than that. */
const LEAST_CONFIDENCE = 1e-7;

function meanLogProbability(words: readonly SpokenText[]): number {
  const sum = words.reduce(
    (total, { confidence }) => total + Math.log(Math.max(confidence, LEAST_CONFIDENCE)),
    0,
  );
  return sum / words.length;
}

function compressionRatio(text: string): number {
  const bytes = new TextEncoder().encode(text);
  return bytes.length / zlibSync(bytes).length;
}
