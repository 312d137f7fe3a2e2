/** The tokens of a CTC head, from the files that transformers' Wav2Vec2CTCTokenizer writes. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UndertoneError } from "../../errors.ts";
import type { HeadOf } from "../heads/head.ts";
import { readJsonFile } from "./json-file.ts";

/** What a tokenizer adds to a head. */
export type Tokens = Pick<HeadOf<"ctc">, "tokens" | "wordDelimiter" | "silent">;

export const NO_TOKENS: Tokens = { tokens: null, wordDelimiter: null, silent: [] };

const vocabulary = z.record(z.string(), z.int().min(0));

/** A token is text, or an object that has it as `content`. */
const special = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])
  .nullish();

const tokenizerConfig = z.looseObject({
  word_delimiter_token: special,
  bos_token: special,
  eos_token: special,
});

/** What Wav2Vec2CTCTokenizer takes where tokenizer_config.json says nothing. */
const DEFAULTS = { word_delimiter_token: "|", bos_token: "<s>", eos_token: "</s>" };

/**
 * Reads vocab.json, added_tokens.json and tokenizer_config.json of `directory`. Without vocab.json there are no tokens.
 * @throws UndertoneError `checkpoint-invalid` if one of them is broken or has ids beyond `tokenCount`.
 */
export async function readTokens(directory: string, tokenCount: number): Promise<Tokens> {
  const given = await readOptional(directory, "vocab.json", vocabulary);
  if (given === null) return NO_TOKENS;
  const added = await readOptional(directory, "added_tokens.json", vocabulary);
  const config = {
    ...DEFAULTS,
    ...(await readOptional(directory, "tokenizer_config.json", tokenizerConfig)),
  };
  const ids = new Map(Object.entries({ ...given, ...added }));
  const beyond = [...ids].find(([, id]) => id >= tokenCount);
  if (beyond !== undefined) {
    throw invalid(
      "vocab.json",
      `gives '${beyond[0]}' the id ${beyond[1]}, and config.json has vocab_size ${tokenCount}`,
    );
  }
  const byId = new Map([...ids].map(([token, id]) => [id, token]));
  const idOf = (token: string | null | undefined) => (token == null ? undefined : ids.get(token));
  const silent = [idOf(config.bos_token), idOf(config.eos_token)];
  return {
    tokens: Array.from({ length: tokenCount }, (_, id) => byId.get(id) ?? `<${id}>`),
    wordDelimiter: idOf(config.word_delimiter_token) ?? null,
    silent: silent.filter((id) => id !== undefined),
  };
}

async function readOptional<Schema extends z.ZodType>(
  directory: string,
  name: string,
  schema: Schema,
): Promise<z.output<Schema> | null> {
  if (!existsSync(join(directory, name))) return null;
  const parsed = schema.safeParse(await readJsonFile(directory, name));
  if (parsed.success) return parsed.data;
  throw invalid(name, z.prettifyError(parsed.error));
}

function invalid(name: string, problem: string): UndertoneError {
  return new UndertoneError(
    "checkpoint-invalid",
    `${name} cannot be used: ${problem}. Fetch the checkpoint's tokenizer again.`,
    { file: name },
  );
}
