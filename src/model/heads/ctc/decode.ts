/** A CTC head's logits → what was said. */
import type { Matrix } from "../../matrix.ts";
import type { HeadOf } from "../head.ts";
import { logSoftmax } from "../scores.ts";
import { alignTokens } from "./align.ts";
import { beamSearch } from "./beam.ts";
import { greedyTokens } from "./greedy.ts";
import { lexiconConstraint } from "./lexicon.ts";
import { type Transcript, transcribe } from "./words.ts";

/** The choice of tokens: those of the best alignment, or the best over all alignments, of so many beginnings kept. */
export type Search =
  | { readonly decoder: "greedy" }
  | {
      readonly decoder: "beam";
      readonly width: number;
      /** Words that the text may consist of; any if left out. */
      readonly lexicon?: readonly string[] | undefined;
    };

/**
 * Decodes logits [frames, tokens] of `head`; times come from the best alignment of what was chosen.
 * @throws UndertoneError `invalid-option` for a lexicon that the vocabulary cannot spell.
 */
export function decodeLogits(logits: Matrix, head: HeadOf<"ctc">, search: Search): Transcript {
  const { blank } = head;
  const logProbabilities = logSoftmax(logits);
  const chosen =
    search.decoder === "greedy"
      ? greedyTokens(logProbabilities, blank, sameText(head))
      : beamTokens(logProbabilities, head, search);
  return transcribe(alignTokens(logProbabilities, chosen, blank), head);
}

function beamTokens(
  logProbabilities: Matrix,
  head: HeadOf<"ctc">,
  { width, lexicon }: Search & { readonly decoder: "beam" },
): readonly number[] {
  const constraint = lexicon && lexiconConstraint(lexicon, head);
  return beamSearch(logProbabilities, { blank: head.blank, width, constraint })[0]?.tokens ?? [];
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
