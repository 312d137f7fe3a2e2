/** Transcription: the words of a clip, with times. */

import { headTaps } from "../model/engine/taps/taps.ts";
import { decodeLogits, type Search } from "../model/heads/ctc/decode.ts";
import type { TimedText } from "../model/heads/ctc/words.ts";
import type { Matrix } from "../model/matrix.ts";
import { ClipOptionsSchema, flag, oneOf, wholeNumber } from "./options/schema.ts";
import { requireHead, rounded, secondsOf, type Task, type TaskClip } from "./task.ts";

const DECODERS = ["greedy", "beam"] as const;
type Decoder = (typeof DECODERS)[number];

const MAX_BEAM_WIDTH = 64;
const DEFAULT_BEAM_WIDTH = 16;

/** The options of POST /v1/transcriptions. */
export const TranscriptionOptionsSchema = ClipOptionsSchema.extend({
  decoder: oneOf(DECODERS)
    .optional()
    .describe(
      "greedy: the tokens of the most probable alignment; beam: the most probable tokens over all alignments. Default: greedy.",
    ),
  beam_width: wholeNumber(1, MAX_BEAM_WIDTH)
    .optional()
    .describe(`Of decoder=beam: how many beginnings are kept. Default: ${DEFAULT_BEAM_WIDTH}.`),
  tokens: flag().optional().describe("Whether tokens are listed beside words. Default: false."),
});

/** A word or a token; seconds are of the clip as it was received. */
export interface SpokenText {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
}

/** The answer beside the description of model and clip. */
export interface TranscriptionAnswer {
  readonly decoder: Decoder;
  readonly text: string;
  readonly confidence: number | null;
  readonly words: readonly SpokenText[];
  readonly tokens?: readonly SpokenText[];
}

export const transcriptionTask: Task<typeof TranscriptionOptionsSchema, TranscriptionAnswer> = {
  options: TranscriptionOptionsSchema,
  head: "ctc",
  plan: (manifest) => headTaps(requireHead(manifest, "ctc")),
  answer(clip, manifest, { decoder = "greedy", beam_width = DEFAULT_BEAM_WIDTH, tokens }) {
    const head = requireHead(manifest, "ctc");
    const search: Search = decoder === "beam" ? { decoder, width: beam_width } : { decoder };
    const said = decodeLogits(clip.result.head?.logits as Matrix, head, search);
    const timed = (text: TimedText) => spokenText(text, clip);
    return {
      decoder,
      text: said.text,
      confidence: said.confidence === null ? null : rounded(said.confidence, 6),
      words: said.words.map(timed),
      ...(tokens && { tokens: said.tokens.map(timed) }),
    };
  },
};

function spokenText({ text, first, end, confidence }: TimedText, clip: TaskClip): SpokenText {
  return {
    text,
    start: secondsOf(first, clip),
    end: secondsOf(end, clip),
    confidence: rounded(confidence, 6),
  };
}
