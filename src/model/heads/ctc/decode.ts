/** A CTC head's logits → what was said. */
import type { Matrix } from "../../matrix.ts";
import type { HeadOf } from "../head.ts";
import { logSoftmax } from "../scores.ts";
import { alignTokens } from "./align.ts";
import { beamSearch, type TokenGuide } from "./beam.ts";
import { greedyTokens } from "./greedy.ts";
import { joinGuides } from "./guides.ts";
import { type HotWords, hotWordsGuide } from "./hot-words.ts";
import { lexiconGuide } from "./lexicon.ts";
import { languageModelGuide, type WeightedModel } from "./lm/guide.ts";
import { type Transcript, transcribe } from "./words.ts";

/** Preferences among texts, or the only ones allowed; without them all are alike. */
export interface Preferences {
  /** Words that the text may consist of; any if left out. */
  readonly lexicon?: readonly string[] | undefined;
  readonly hotWords?: HotWords | undefined;
  readonly languageModel?: WeightedModel | undefined;
}

/** The choice of tokens: those of the best alignment, or the best over all alignments, of so many beginnings kept. */
export type Search =
  | { readonly decoder: "greedy" }
  | ({ readonly decoder: "beam"; readonly width: number } & Preferences);

/**
 * Decodes logits [frames, tokens] of `head`; times come from the best alignment of what was chosen. A beam lets other work in.
 * @throws UndertoneError what `guideOf` throws.
 */
export async function decodeLogits(
  logits: Matrix,
  head: HeadOf<"ctc">,
  search: Search,
): Promise<Transcript> {
  const { blank } = head;
  const logProbabilities = logSoftmax(logits);
  const chosen =
    search.decoder === "greedy"
      ? greedyTokens(logProbabilities, blank, sameText(head))
      : await beamTokens(logProbabilities, head, search);
  return transcribe(alignTokens(logProbabilities, chosen, blank), head);
}

/**
 * The guide of a beam search; undefined if nothing is preferred.
 * @throws UndertoneError `invalid-option` for words that the vocabulary cannot spell.
 */
export function guideOf(
  { lexicon, hotWords, languageModel }: Preferences,
  head: HeadOf<"ctc">,
): TokenGuide | undefined {
  const guides: TokenGuide[] = [];
  if (lexicon !== undefined) guides.push(lexiconGuide(lexicon, head) as TokenGuide);
  if (hotWords !== undefined) guides.push(hotWordsGuide(hotWords, head) as TokenGuide);
  if (languageModel !== undefined) {
    guides.push(languageModelGuide(languageModel, head) as TokenGuide);
  }
  return joinGuides(guides);
}

async function beamTokens(
  logProbabilities: Matrix,
  head: HeadOf<"ctc">,
  { width, ...preferences }: Search & { readonly decoder: "beam" },
): Promise<readonly number[]> {
  const guide = guideOf(preferences, head);
  const [best] = await beamSearch(logProbabilities, { blank: head.blank, width, guide });
  return best?.tokens ?? [];
}

/**
 * By token, the one that stands for all with its text: the blank, or the first. transformers drops repetitions of texts and
 * not of ids, and ids without a token all have the text of the unknown one.
 */
function sameText({ tokens, blank }: HeadOf<"ctc">): readonly number[] | undefined {
  if (tokens === null || new Set(tokens).size === tokens.length) return undefined;
  const standsFor = new Map([[tokens[blank], blank]]);
  return tokens.map((text, token) => {
    if (!standsFor.has(text)) standsFor.set(text, token);
    return standsFor.get(text) ?? token;
  });
}
