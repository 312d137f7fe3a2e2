/** The tokens of a CTC head, as transformers' Wav2Vec2CTCTokenizer and Wav2Vec2PhonemeCTCTokenizer spell them. */
import { UndertoneError } from "../../../errors.ts";
import type { HeadOf, Spelling } from "../../heads/head.ts";
import { readTokenizerFiles, type TokenizerFiles } from "./files.ts";

/** The tokens that a tokenizer gives a head. */
export interface Tokens {
  readonly alphabet: Pick<HeadOf<"ctc">, "tokens" | "wordDelimiter" | "silent" | "spelling">;
  /** The pad token, which is CTC's blank; null where the files do not have it. */
  readonly pad: { readonly text: string; readonly id: number } | null;
  /** Notes for the person who builds a pack. */
  readonly notes: readonly string[];
}

export const NO_TOKENS: Tokens = {
  alphabet: { tokens: null, wordDelimiter: null, silent: [] },
  pad: null,
  notes: [],
};

/** Defaults of both tokenizers. */
const DEFAULTS = { bos_token: "<s>", eos_token: "</s>", unk_token: "<unk>", pad_token: "<pad>" };

const PHONES = /^Wav2Vec2PhonemeCTCTokenizer/;
const LETTERS = /^Wav2Vec2(CTC)?Tokenizer/;

/**
 * Reads the tokenizer in `directory` for a head of `tokenCount` tokens. Without vocab.json there are no tokens. Added tokens that
 * the head does not have are ignored: it never gives them.
 * @param statedClass the tokenizer's class where tokenizer_config.json names none
 * @throws UndertoneError `checkpoint-invalid` if a file is broken, or vocab.json has ids beyond `tokenCount`.
 */
export async function readTokens(
  directory: string,
  tokenCount: number,
  statedClass?: string | null,
): Promise<Tokens> {
  const files = await readTokenizerFiles(directory);
  if (files === null) return NO_TOKENS;
  const tokenizerClass = files.config.tokenizer_class ?? statedClass ?? "Wav2Vec2CTCTokenizer";
  const units = PHONES.test(tokenizerClass) ? "phones" : "letters";
  const config = {
    ...DEFAULTS,
    word_delimiter_token: units === "letters" ? "|" : null,
    ...files.config,
  };
  requireWithin(files, config, tokenCount);
  const known = new Map([...files.added, ...files.vocabulary]);
  const appended = units === "letters" ? appendedTokens(known, config) : new Map<string, number>();
  const texts = textsById(appended, files.added, files.vocabulary);
  const idOf = (text: string | null | undefined) => {
    const id = text == null ? undefined : (known.get(text) ?? appended.get(text));
    return id !== undefined && id < tokenCount ? id : null;
  };
  const delimiter = idOf(config.word_delimiter_token);
  const padId = appended.has(config.pad_token ?? "") ? null : idOf(config.pad_token);
  return {
    alphabet: {
      tokens: Array.from(
        { length: tokenCount },
        (_, id) => texts.get(id) ?? config.unk_token ?? `<${id}>`,
      ),
      wordDelimiter: units === "letters" ? delimiter : null,
      silent: units === "phones" && delimiter !== null ? [delimiter] : [],
      ...spellingOf(units, files),
    },
    pad: padId === null ? null : { text: config.pad_token ?? "", id: padId },
    notes:
      units === "phones" || LETTERS.test(tokenizerClass)
        ? []
        : [`The tokenizer ${tokenizerClass} is not known: its vocab.json is taken for letters.`],
  };
}

type SpecialTokens = Pick<
  TokenizerFiles["config"],
  "bos_token" | "eos_token" | "unk_token" | "pad_token" | "word_delimiter_token"
>;

function listed(config: SpecialTokens): string[] {
  const { bos_token, eos_token, unk_token, pad_token, word_delimiter_token } = config;
  return [bos_token, eos_token, unk_token, pad_token, word_delimiter_token].filter(
    (text): text is string => text != null,
  );
}

/** Special tokens that no file has get the ids behind all others. */
function appendedTokens(
  known: ReadonlyMap<string, number>,
  config: SpecialTokens,
): ReadonlyMap<string, number> {
  const absent = new Set(listed(config).filter((text) => !known.has(text)));
  return new Map([...absent].map((text, index) => [text, known.size + index]));
}

/** If an id has several texts, the later source takes precedence. */
function textsById(...sources: readonly ReadonlyMap<string, number>[]): Map<number, string> {
  return new Map(sources.flatMap((ids) => [...ids].map(([text, id]) => [id, text] as const)));
}

/** A vocabulary that is larger than the head is another model's. */
function requireWithin(
  { vocabulary }: TokenizerFiles,
  config: SpecialTokens,
  tokenCount: number,
): void {
  const special = new Set(listed(config));
  for (const [text, id] of vocabulary) {
    if (id < tokenCount || special.has(text)) continue;
    throw new UndertoneError(
      "checkpoint-invalid",
      `vocab.json gives '${text}' the id ${id}, and the head has ${tokenCount} tokens (vocab_size of config.json): one of the two files is of another model.`,
      { file: "vocab.json" },
    );
  }
}

function spellingOf(
  units: Spelling["units"],
  { config }: TokenizerFiles,
): { readonly spelling?: Spelling } {
  const spelling: Spelling = {
    units,
    wordSeparator: units === "phones" ? " " : (config.replace_word_delimiter_char ?? " "),
    isLowerCase: units === "letters" && (config.do_lower_case ?? false),
    hasTidySpaces: config.clean_up_tokenization_spaces ?? false,
  };
  const isPlain =
    units === "letters" &&
    spelling.wordSeparator === " " &&
    !spelling.isLowerCase &&
    !spelling.hasTidySpaces;
  return isPlain ? {} : { spelling };
}
