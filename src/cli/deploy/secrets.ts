/** The key of a deployment's secrets, which is made once. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newSecretKey } from "../../crypto/secret-box.ts";
import { UndertoneError } from "../../errors.ts";
import { withTemporaryDirectory } from "../temporary-directory.ts";
import type { Tell, Wrangler } from "./tools.ts";

const NAME = "SECRETS_KEY";
/** wrangler's words for a Worker that is not there; whatever else it says may pass. */
const NO_WORKER = /Worker "[^"]+" not found/;

/**
 * Has `deploy` done with wrangler's flags for a new SECRETS_KEY, or with none if the Worker has one: another would make every
 * secret unreadable.
 * @throws UndertoneError `internal` with wrangler's words if it cannot be found out; what `deploy` throws.
 */
export async function withFirstSecrets<Result>(
  configPath: string,
  wrangler: Wrangler,
  tell: Tell,
  deploy: (flags: readonly string[]) => Promise<Result>,
): Promise<Result> {
  if (await hasKey(configPath, wrangler)) {
    tell(`${NAME}: there`);
    return await deploy([]);
  }
  return withTemporaryDirectory(async (directory) => {
    const file = join(directory, "secrets.json");
    const key = newSecretKey();
    await writeFile(file, JSON.stringify({ [NAME]: key }), { mode: 0o600 });
    const result = await deploy(["--secrets-file", file]);
    tell(
      `${NAME}: made; it is shown this once, keep it elsewhere than copies of the database:\n\n  ${key}\n`,
    );
    return result;
  });
}

async function hasKey(configPath: string, wrangler: Wrangler): Promise<boolean> {
  const args = ["secret", "list", "--format", "json", "--config", configPath];
  const { status, stdout, output } = await wrangler(args);
  if (status !== 0 && NO_WORKER.test(output)) return false;
  if (status !== 0) {
    throw new UndertoneError(
      "internal",
      `wrangler could not list the secrets of the Worker; run the same command again. It said:\n${output}`,
    );
  }
  const secrets: { readonly name: string }[] = JSON.parse(stdout);
  return secrets.some(({ name }) => name === NAME);
}
