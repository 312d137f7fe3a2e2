import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSecretBox } from "../../../src/crypto/secret-box.ts";
import { readHook } from "../../../src/hooks/table.ts";
import { findKey } from "../../../src/keys/table.ts";
import { parseToken } from "../../../src/keys/token.ts";
import { type RemoteD1, startRemoteD1 } from "../../support/cli/remote-d1.ts";
import { runUndertone } from "../../support/cli/undertone.ts";

/** wrangler is started several times, and takes its time on a busy machine. */
const TIMEOUT_MS = 180_000;

let remote: RemoteD1;
beforeEach(async () => {
  remote = await startRemoteD1();
});
afterEach(() => remote.close());

const undertone = (...args: string[]) =>
  runUndertone([...args, "--remote"], process.cwd(), remote.variables);

async function found(token: string) {
  const parsed = await parseToken(token);
  return parsed && (await findKey(remote.database, parsed));
}

describe("--remote, of the commands that keep things in the database of an account", () => {
  it(
    "makes and revokes a key in the database of wrangler.toml",
    async () => {
      const created = await undertone("key", "create", "--scope", "jobs", "--name", "call centre");
      expect(created.stderr).toContain("Created the key");
      const token = created.stdout.trim();
      const key = await found(token);
      expect(key).toMatchObject({ owner: "call centre", scopes: ["jobs"], requestsPerMinute: 60 });
      expect((await undertone("key", "revoke", key?.id ?? "")).status).toBe(0);
      expect(await found(token)).toBeNull();
      expect([...remote.asked]).toEqual(["undertone"]);
    },
    TIMEOUT_MS,
  );

  it(
    "work on the database of an environment",
    async () => {
      const created = await runUndertone(
        ["key", "create", "--scope", "jobs", "--env", "remote-test"],
        process.cwd(),
        remote.variables,
      );
      rmSync(join(import.meta.dirname, "../../../wrangler.remote-test.json"));
      expect(await found(created.stdout.trim())).toMatchObject({ scopes: ["jobs"] });
      expect([...remote.asked]).toEqual(["undertone-remote-test"]);
    },
    TIMEOUT_MS,
  );

  it(
    "makes and lists a hook, whatever its values are quoted with",
    async () => {
      const args = ["--verify", "github", "--audio-url", "/it's/a,b", "--option", "pool=mean"];
      const created = await undertone("hook", "create", "calls", ...args);
      expect(created.stdout).toContain("Created the hook calls");
      expect(await readHook(remote.database, "calls", createSecretBox([]))).toMatchObject({
        audio: { holds: "url", pointer: "/it's/a,b" },
        options: { pool: "mean" },
      });
      expect((await undertone("hook", "list")).stdout).toContain("audio-url=/it's/a,b");
    },
    TIMEOUT_MS,
  );

  it("says how to log in if Cloudflare refuses", async () => {
    const variables = { ...remote.variables, CLOUDFLARE_API_TOKEN: "another" };
    const refused = await runUndertone(["key", "list", "--remote"], process.cwd(), variables);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/wrangler login[\s\S]*Authentication error/);
  });
});
