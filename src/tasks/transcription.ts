/** Transcription: the words of a clip, with times. Long because the task, its options and its result stand together. */

import { z } from "zod";
import { cuesOf } from "../formats/segment-words.ts";
import { srt, vtt } from "../formats/subtitles.ts";
import { headTaps } from "../model/engine/taps/taps.ts";
import { decodeLogits, guideOf, type Preferences, type Search } from "../model/heads/ctc/decode.ts";
import { withGaps } from "../model/heads/ctc/gaps.ts";
import type { TimedText } from "../model/heads/ctc/words.ts";
import { emptyMatrix } from "../model/matrix.ts";
import type { SpokenText, TranscriptionAnswer } from "./answers.ts";
import { invalidOption } from "./options/errors.ts";
import {
  ClipOptionsSchema,
  decimal,
  flag,
  oneOf,
  SILENCE_OPTION,
  text,
  wholeNumber,
} from "./options/schema.ts";
import { type AnsweredClip, requireHead, rounded, secondsOf, type Task } from "./task.ts";

export const TRANSCRIPTION_FORMATS = ["json", "txt", "srt", "vtt"] as const;

const DECODERS = ["greedy", "beam"] as const;

const MAX_BEAM_WIDTH = 64;
const DEFAULT_BEAM_WIDTH = 16;
const MAX_LEXICON_WORDS = 1_000;
const MAX_HOT_WORDS = 100;
const MAX_LIST_CHARACTERS = 16_384;
/** Natural logarithms: e⁴ is as much as a letter that was heard well weighs against one that was not. */
const DEFAULT_HOT_WORDS_WEIGHT = 4;
const MAX_HOT_WORDS_WEIGHT = 20;
const DEFAULT_LM_WEIGHT = 0.5;
const MAX_LM_WEIGHT = 5;

/** A list of words, each once. */
function wordList(most: number) {
  return text()
    .transform((list, context) => {
      const words = [...new Set(list.split(/[\s,]+/).filter((word) => word !== ""))];
      const isShort = words.length <= most && list.length <= MAX_LIST_CHARACTERS;
      if (words.length > 0 && isShort) return words;
      const message = `has to be 1 to ${most} words of ${MAX_LIST_CHARACTERS} characters together`;
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    })
    .meta({ type: "string" });
}

/** The options of POST /v1/transcriptions. */
export const TranscriptionOptionsSchema = ClipOptionsSchema.extend({
  ...SILENCE_OPTION,
  decoder: oneOf(DECODERS)
    .optional()
    .describe(
      "greedy: the tokens of the most probable alignment; beam: the most probable tokens over all alignments. Default: greedy.",
    ),
  beam_width: wholeNumber(1, MAX_BEAM_WIDTH)
    .optional()
    .describe(`Of decoder=beam: how many beginnings are kept. Default: ${DEFAULT_BEAM_WIDTH}.`),
  lexicon: wordList(MAX_LEXICON_WORDS)
    .optional()
    .describe(
      `Words, divided by commas or spaces, at most ${MAX_LEXICON_WORDS}: the text consists of these alone. Implies decoder=beam.`,
    ),
  hot_words: wordList(MAX_HOT_WORDS)
    .optional()
    .describe(
      `Words that are preferred, divided by commas or spaces, at most ${MAX_HOT_WORDS}. Implies decoder=beam.`,
    ),
  hot_words_weight: decimal(0, MAX_HOT_WORDS_WEIGHT)
    .optional()
    .describe(
      `What each hot word adds to the natural logarithm of a text's probability. Default: ${DEFAULT_HOT_WORDS_WEIGHT}.`,
    ),
  lm: flag()
    .optional()
    .describe(
      "Whether the pack's language model counts. true implies decoder=beam. Default: true with decoder=beam, if the pack has one.",
    ),
  lm_weight: decimal(0, MAX_LM_WEIGHT)
    .optional()
    .describe(
      `By which the logarithms of the language model's probabilities are multiplied. Default: ${DEFAULT_LM_WEIGHT}.`,
    ),
  tokens: flag().optional().describe("Whether JSON lists tokens beside words. Default: false."),
  format: oneOf(TRANSCRIPTION_FORMATS)
    .optional()
    .describe("How the answer is written; srt and vtt are subtitles. Default: json."),
});

type TranscriptionOptions = z.output<typeof TranscriptionOptionsSchema>;

export const transcriptionTask: Task<typeof TranscriptionOptionsSchema, TranscriptionAnswer> = {
  name: "transcription",
  options: TranscriptionOptionsSchema,
  texts: {
    txt: { mediaType: "text/plain", isJoinable: false, write: ({ text }) => `${text}\n` },
    srt: {
      mediaType: "application/x-subrip",
      isJoinable: false,
      write: ({ words }) => srt(cuesOf(words)),
    },
    vtt: { mediaType: "text/vtt", isJoinable: false, write: ({ words }) => vtt(cuesOf(words)) },
  },
  head: "ctc",
  plan(manifest, options) {
    const head = requireHead(manifest, "ctc");
    requireConsistent(options, head.languageModel !== undefined);
    // Before the clip is computed.
    guideOf(preferencesOf(options), head);
    return headTaps(head);
  },
  wantsLanguageModel(manifest, options) {
    const { languageModel } = requireHead(manifest, "ctc");
    return languageModel !== undefined && decoderOf(options) === "beam" && options.lm !== false;
  },
  async answer(clip, manifest, options, languageModel) {
    const head = requireHead(manifest, "ctc");
    const { tokens, beam_width: width = DEFAULT_BEAM_WIDTH } = options;
    const decoder = decoderOf(options);
    const weight = options.lm_weight ?? DEFAULT_LM_WEIGHT;
    const preferences: Preferences = {
      ...preferencesOf(options),
      ...(languageModel !== null && { languageModel: { ...languageModel, weight } }),
    };
    const search: Search = decoder === "beam" ? { decoder, width, ...preferences } : { decoder };
    const computed = clip.result.head?.logits ?? emptyMatrix(0, head.tokenCount);
    const { logits, frameOf } = withGaps(computed, clip.silent ?? [], head);
    const said = await decodeLogits(logits, head, search);
    const timed = ({ first, end, ...text }: TimedText) =>
      spokenText({ ...text, first: frameOf(first), end: frameOf(end - 1) + 1 }, clip);
    return {
      decoder,
      text: said.text,
      confidence: said.confidence === null ? null : rounded(said.confidence, 6),
      words: said.words.map(timed),
      ...(tokens && { tokens: said.tokens.map(timed) }),
    };
  },
};

/** Options that only a beam can follow. */
const OF_BEAM = ["lexicon", "hot_words", "hot_words_weight", "lm", "lm_weight"] as const;

/** An option that would change nothing is refused, so that nobody believes in it. */
function requireConsistent(options: TranscriptionOptions, hasLanguageModel: boolean): void {
  const { hot_words, hot_words_weight, lm, lm_weight } = options;
  const idle = OF_BEAM.find((name) => options[name] !== undefined && options[name] !== false);
  if (idle !== undefined && decoderOf(options) === "greedy") {
    throw invalidOption(idle, "is for decoder=beam");
  }
  if (hot_words_weight !== undefined && hot_words === undefined) {
    throw invalidOption("hot_words_weight", "is for hot_words, which are missing");
  }
  if (lm && !hasLanguageModel) throw noLanguageModel("lm");
  if (lm_weight === undefined) return;
  if (!hasLanguageModel) throw noLanguageModel("lm_weight");
  if (lm === false) throw invalidOption("lm_weight", "is for lm=true");
}

function decoderOf({ decoder, lexicon, hot_words, lm }: TranscriptionOptions) {
  if (decoder !== undefined) return decoder;
  return lexicon !== undefined || hot_words !== undefined || lm ? "beam" : "greedy";
}

/** The preferences of options, without the pack's language model. */
function preferencesOf({ lexicon, hot_words, hot_words_weight }: TranscriptionOptions) {
  const weight = hot_words_weight ?? DEFAULT_HOT_WORDS_WEIGHT;
  return { lexicon, hotWords: hot_words && { words: hot_words, weight } };
}

function noLanguageModel(option: string) {
  return invalidOption(
    option,
    "needs a pack with a language model: 'undertone pack build --lm <file.arpa>' builds one",
  );
}

function spokenText({ text, first, end, confidence }: TimedText, clip: AnsweredClip): SpokenText {
  return {
    text,
    start: secondsOf(first, clip),
    end: secondsOf(end, clip),
    confidence: rounded(confidence, 6),
  };
}
