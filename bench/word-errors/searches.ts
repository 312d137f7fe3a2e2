/** Ways of choosing the words, compared on the same logits of spoken-words. */
import { reportProgress } from "../../src/cli/output/progress.ts";
import { openPackDirectory } from "../../src/cli/packs/open.ts";
import { type WordErrors, wordErrors } from "../../src/model/accuracy/word-error.ts";
import { headTaps } from "../../src/model/engine/taps/taps.ts";
import { decodeLogits, type Search } from "../../src/model/heads/ctc/decode.ts";
import { parseArpa } from "../../src/model/heads/ctc/lm/arpa.ts";
import { spellModel } from "../../src/model/heads/ctc/lm/guide.ts";
import type { HeadOf } from "../../src/model/heads/head.ts";
import type { Matrix } from "../../src/model/matrix.ts";
import { requireHead } from "../../src/tasks/task.ts";
import { cachedPack } from "../models.ts";
import type { Channel } from "./channels.ts";
import { type Utterance, WORDS } from "./utterances.ts";

const WIDTH = 16;
/** The defaults of POST /v1/transcriptions. */
const LM_WEIGHT = 0.5;
const HOT_WORDS_WEIGHT = 4;

/** A way, and how the table calls it. */
interface NamedSearch {
  readonly name: string;
  readonly search: Search;
}

/** The rows of the table. */
export interface Searches {
  readonly names: readonly string[];
  /** Word errors of each search on utterances through a channel. */
  countErrors(channel: Channel, said: readonly Utterance[]): Promise<WordErrors[][]>;
}

/** Opens the q8 pack of spoken-words. */
export async function openSearches(): Promise<Searches> {
  const { directory } = await cachedPack("spoken-words", "q8", reportProgress());
  const engine = await openPackDirectory(directory);
  const head = requireHead(engine.manifest, "ctc");
  const searches = await namedSearches(head);
  return {
    names: searches.map(({ name }) => name),
    async countErrors(channel, said) {
      const counted = searches.map((): WordErrors[] => []);
      for (const [index, { wav, text }] of said.entries()) {
        const samples = await channel.samplesOf(wav, `${channel.name} ${index}`);
        const { head: output } = await engine.run(samples, headTaps(head));
        for (const [row, { search }] of searches.entries()) {
          const { text: written } = await decodeLogits(output?.logits as Matrix, head, search);
          (counted[row] as WordErrors[]).push(wordErrors(text, written));
        }
      }
      return counted;
    },
  };
}

async function namedSearches(head: HeadOf<"ctc">): Promise<readonly NamedSearch[]> {
  const model = await parseArpa(new TextEncoder().encode(sourceModel()));
  const beam = { decoder: "beam", width: WIDTH } as const;
  const languageModel = { ...spellModel(model, head), weight: LM_WEIGHT };
  const hotWords = { words: WORDS, weight: HOT_WORDS_WEIGHT };
  return [
    { name: "greedy", search: { decoder: "greedy" } },
    { name: "beam", search: beam },
    { name: "beam, words as hot words", search: { ...beam, hotWords } },
    { name: "beam, language model", search: { ...beam, languageModel } },
    { name: "beam, word list", search: { ...beam, lexicon: WORDS } },
    {
      name: "beam, word list and language model",
      search: { ...beam, lexicon: WORDS, languageModel },
    },
  ];
}

/**
 * The model of what the utterances are drawn from, as an ARPA file: each word as likely as any other, whatever stands before
 * it, and after one to six words an end. A word that is none of them is a thousand times less likely.
 */
function sourceModel(): string {
  const probability = 1 / (WORDS.length + 1);
  const lines = [
    ...["</s>", ...WORDS].map((word) => `${Math.log10(probability).toFixed(6)}\t${word}`),
    "-99\t<s>",
    `${Math.log10(probability / 1000).toFixed(6)}\t<unk>`,
  ];
  return `\\data\\\nngram 1=${lines.length}\n\n\\1-grams:\n${lines.join("\n")}\n\n\\end\\\n`;
}
