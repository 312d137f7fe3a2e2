/** Check of the secrets in the database: whether they are encrypted, and can be decrypted. */
import { hookSecretStates } from "../../hooks/table.ts";
import type { Platform } from "../../platform/platform.ts";
import { webhookSecretStates } from "../../webhooks/secrets.ts";
import { broken, type Finding, ok, slow } from "../check.ts";

/** Of webhooks' secrets, and of hooks. */
const LOOKED_AT = 500;

/** Decrypts every secret, and keeps none. */
export async function checkSecrets({ database, secrets }: Platform): Promise<Finding> {
  const states = await Promise.all([
    webhookSecretStates(database, secrets, LOOKED_AT),
    hookSecretStates(database, secrets, LOOKED_AT),
  ]);
  const sum = (name: "total" | "clear" | "unreadable") =>
    states.reduce((count, state) => count + state[name], 0);
  const [total, clear, unreadable] = [sum("total"), sum("clear"), sum("unreadable")];
  if (unreadable > 0) {
    return broken(
      `${unreadable} of ${total} cannot be decrypted`,
      "Set SECRETS_KEY_BEFORE to the key that they were encrypted under, or make them anew.",
    );
  }
  const hasKey = (await secrets.prefix()) !== null;
  if (clear > 0 && !hasKey) {
    return slow(
      `${clear} of ${total} are stored in clear text`,
      "Set SECRETS_KEY: see docs/deploying.md#secrets.",
    );
  }
  if (total === 0) return ok(`none are stored${hasKey ? "" : ", and there is no SECRETS_KEY"}`);
  return ok(
    clear === 0
      ? `all ${total} are encrypted`
      : `${clear} of ${total} will be encrypted within a minute`,
  );
}
