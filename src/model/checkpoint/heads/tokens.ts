/** The tokens that a head as config.json has it writes with. */

import { NO_TOKENS, readTokens, type Tokens } from "../tokenizer/tokens.ts";
import type { HubHead } from "./config.ts";

/**
 * Reads the tokenizer in `directory` for a CTC head; other heads have no tokens.
 * @throws UndertoneError as `readTokens` does.
 */
export async function readHeadTokens(directory: string, hub: HubHead): Promise<Tokens> {
  if (hub.kind !== "ctc") return NO_TOKENS;
  const tokens = await readTokens(directory, hub.vocab_size, hub.tokenizer_class);
  const { pad } = tokens;
  const stated = hub.pad_token_id;
  if (pad === null || stated == null || pad.id === stated) return tokens;
  const note = `config.json has pad_token_id ${stated}, and the tokenizer's ${pad.text} is ${pad.id}: transcriptions are decoded with ${pad.id} as the blank, as transformers' processor does.`;
  return { ...tokens, notes: [...tokens.notes, note] };
}
