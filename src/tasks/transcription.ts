/** Transcription: the words of a clip, with times. */

import { z } from "zod";
import { headTaps } from "../model/engine/taps/taps.ts";
import { decodeLogits, type Search } from "../model/heads/ctc/decode.ts";
import { lexiconConstraint } from "../model/heads/ctc/lexicon.ts";
import type { TimedText } from "../model/heads/ctc/words.ts";
import type { Matrix } from "../model/matrix.ts";
import type { SpokenText, TranscriptionAnswer } from "./answers.ts";
import { invalidOption } from "./options/errors.ts";
import { ClipOptionsSchema, flag, oneOf, text, wholeNumber } from "./options/schema.ts";
import { requireHead, rounded, secondsOf, type Task, type TaskClip } from "./task.ts";

const DECODERS = ["greedy", "beam"] as const;

const MAX_BEAM_WIDTH = 64;
const DEFAULT_BEAM_WIDTH = 16;
const MAX_LEXICON_WORDS = 1_000;
const MAX_LEXICON_CHARACTERS = 16_384;

/** A list of words, each once. */
function wordList() {
  return text()
    .transform((list, context) => {
      const words = [...new Set(list.split(/[\s,]+/).filter((word) => word !== ""))];
      const isShort = words.length <= MAX_LEXICON_WORDS && list.length <= MAX_LEXICON_CHARACTERS;
      if (words.length > 0 && isShort) return words;
      const message = `has to be 1 to ${MAX_LEXICON_WORDS} words of ${MAX_LEXICON_CHARACTERS} characters together`;
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    })
    .meta({ type: "string" });
}

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
  lexicon: wordList()
    .optional()
    .describe(
      `Words, divided by commas or spaces, at most ${MAX_LEXICON_WORDS}: the text consists of these alone. Implies decoder=beam.`,
    ),
  tokens: flag().optional().describe("Whether tokens are listed beside words. Default: false."),
});

type TranscriptionOptions = z.output<typeof TranscriptionOptionsSchema>;

export const transcriptionTask: Task<typeof TranscriptionOptionsSchema, TranscriptionAnswer> = {
  name: "transcription",
  options: TranscriptionOptionsSchema,
  texts: {},
  head: "ctc",
  plan(manifest, options) {
    const head = requireHead(manifest, "ctc");
    const { decoder, lexicon } = searchOf(options);
    if (lexicon !== undefined && decoder === "greedy") {
      throw invalidOption("lexicon", "is for decoder=beam");
    }
    // Before the clip is computed.
    if (lexicon !== undefined) lexiconConstraint(lexicon, head);
    return headTaps(head);
  },
  answer(clip, manifest, options) {
    const head = requireHead(manifest, "ctc");
    const { tokens } = options;
    const { decoder, width, lexicon } = searchOf(options);
    const search: Search = decoder === "beam" ? { decoder, width, lexicon } : { decoder };
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

/** The options of the search, with their defaults. */
function searchOf({
  lexicon,
  decoder,
  beam_width: width = DEFAULT_BEAM_WIDTH,
}: TranscriptionOptions) {
  return {
    lexicon,
    width,
    decoder: decoder ?? (lexicon === undefined ? "greedy" : "beam"),
  } as const;
}

function spokenText({ text, first, end, confidence }: TimedText, clip: TaskClip): SpokenText {
  return {
    text,
    start: secondsOf(first, clip),
    end: secondsOf(end, clip),
    confidence: rounded(confidence, 6),
  };
}
