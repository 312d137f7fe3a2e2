/** The key under which a Node server encrypts the secrets in its database: a file beside it, unless a variable names another. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isSecretKey, newSecretKey } from "../../crypto/secret-box.ts";
import { UndertoneError } from "../../errors.ts";

const FILE = "secrets.key";

/**
 * The keys that are configured, with that of `dataDirectory`'s file behind them; the file is made if it is missing, for its owner
 * alone.
 * @throws UndertoneError `internal` for a file that holds no key.
 */
export function secretKeysIn(
  dataDirectory: string,
  configured: readonly string[],
): readonly string[] {
  const path = join(dataDirectory, FILE);
  const text = readOrMake(path).trim();
  if (isSecretKey(text)) return [...configured, text];
  throw new UndertoneError(
    "internal",
    `${path} holds no key: it must be 32 bytes in base64. Restore it from a backup; without it the secrets in the database are lost.`,
  );
}

function readOrMake(path: string): string {
  try {
    // Whoever comes second, at the same time, reads what the first has made.
    writeFileSync(path, `${newSecretKey()}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(path, "utf8");
}
