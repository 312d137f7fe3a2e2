/** The files of a CTC tokenizer, merged as transformers merges them. */
import { z } from "zod";
import { UndertoneError } from "../../../errors.ts";
import { readOptionalJsonFile } from "../huggingface/json-file.ts";

/** Files that a tokenizer is made of; vocab.json says whether there is one. */
export const TOKENIZER_FILES = [
  "vocab.json",
  "added_tokens.json",
  "special_tokens_map.json",
  "tokenizer_config.json",
] as const;

/** A tokenizer as its files describe it. */
export interface TokenizerFiles {
  /** Of vocab.json; of one language where that has several. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Of tokens that were added to the vocabulary. */
  readonly added: ReadonlyMap<string, number>;
  readonly config: TokenizerConfig;
}

const ids = z.record(z.string(), z.int().min(0));
/** Models of many languages have a vocabulary for each (transformers' MMS). */
const nested = z.record(z.string(), ids);

/** A token is text, or an object that has it as `content`. */
const token = z.union([
  z.string(),
  z.looseObject({ content: z.string() }).transform(({ content }) => content),
]);

const specialTokens = z.looseObject({
  bos_token: token.nullish(),
  eos_token: token.nullish(),
  unk_token: token.nullish(),
  pad_token: token.nullish(),
  word_delimiter_token: token.nullish(),
});

const tokenizerConfig = specialTokens.extend({
  tokenizer_class: z.string().nullish(),
  target_lang: z.string().nullish(),
  do_lower_case: z.boolean().nullish(),
  replace_word_delimiter_char: z.string().nullish(),
  clean_up_tokenization_spaces: z.boolean().nullish(),
  added_tokens_decoder: z.record(z.string().regex(/^\d+$/), token).nullish(),
});

const MAX_NAMED = 8;

/** tokenizer_config.json, with what special_tokens_map.json adds to it. */
export type TokenizerConfig = z.infer<typeof tokenizerConfig>;

/**
 * Reads the tokenizer in `directory`; null if there is no vocab.json.
 * @throws UndertoneError `checkpoint-invalid` if a file is broken, or vocab.json has several languages and tokenizer_config.json
 *   names none of them.
 * @see https://github.com/huggingface/transformers/blob/v5.18.0/src/transformers/tokenization_utils_base.py `_from_pretrained`
 */
export async function readTokenizerFiles(directory: string): Promise<TokenizerFiles | null> {
  const given = await readOptionalJsonFile(directory, "vocab.json");
  if (given === undefined) return null;
  const stated = (await readOptional(directory, "tokenizer_config.json", tokenizerConfig)) ?? {};
  const byId = stated.added_tokens_decoder;
  const isOlder = byId == null;
  // Since 4.34 tokenizer_config.json says all; before, two files of their own went before it.
  const map = isOlder && (await readOptional(directory, "special_tokens_map.json", specialTokens));
  const added = isOlder && (await readOptional(directory, "added_tokens.json", ids));
  return {
    vocabulary: new Map(Object.entries(readVocabulary(given, stated.target_lang))),
    added: new Map(
      isOlder
        ? Object.entries(added || {})
        : Object.entries(byId).map(([id, text]) => [text, Number(id)]),
    ),
    config: { ...stated, ...map },
  };
}

function readVocabulary(
  json: unknown,
  language: string | null | undefined,
): Record<string, number> {
  const isNested = Object.values(json ?? {}).some((value) => typeof value === "object");
  if (!isNested) return parse("vocab.json", json, ids);
  const byLanguage = parse("vocab.json", json, nested);
  const chosen = language == null ? undefined : byLanguage[language];
  if (chosen !== undefined) return chosen;
  const languages = Object.keys(byLanguage);
  const some =
    languages.slice(0, MAX_NAMED).join(", ") + (languages.length > MAX_NAMED ? ", …" : "");
  throw new UndertoneError(
    "checkpoint-invalid",
    `vocab.json has vocabularies of ${languages.length} languages (${some}), and tokenizer_config.json does not say which one the weights are for: set its target_lang to one of them.`,
    { file: "vocab.json", languages },
  );
}

async function readOptional<Schema extends z.ZodType>(
  directory: string,
  name: (typeof TOKENIZER_FILES)[number],
  schema: Schema,
): Promise<z.output<Schema> | null> {
  const json = await readOptionalJsonFile(directory, name);
  if (json === undefined) return null;
  return parse(name, json, schema);
}

function parse<Schema extends z.ZodType>(
  name: string,
  json: unknown,
  schema: Schema,
): z.output<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UndertoneError(
    "checkpoint-invalid",
    `${name} cannot be used: ${z.prettifyError(parsed.error)}. Fetch the checkpoint's tokenizer again.`,
    { file: name },
  );
}
