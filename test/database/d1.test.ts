import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openLocalState } from "../../src/cli/wrangler/local.ts";
import { wranglerCommand } from "../../src/cli/wrangler/run.ts";
import { type D1Binding, d1Database } from "../../src/database/d1.ts";
import { describeDatabaseContract } from "../contract/database.ts";
import { openLocalBinding } from "../support/runtimes/local-binding.ts";

const CONFIG = join(import.meta.dirname, "../../wrangler.toml");

/** A database of its own in local D1, its migrations applied by the command that deployments use. */
async function openDatabase() {
  const directory = await mkdtemp(join(tmpdir(), "undertone-d1-"));
  const args = ["d1", "migrations", "apply", "DB", "--local", "--persist-to", directory];
  await promisify(execFile)(process.execPath, [wranglerCommand(), ...args, "--config", CONFIG], {
    env: { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false" },
  });
  const state = join(directory, "v3");
  const { opened, dispose } = await openLocalBinding("DB", state, (binding: D1Binding) =>
    d1Database(binding),
  );
  return {
    database: opened,
    dispose: async () => {
      await dispose();
      await rm(directory, { recursive: true });
    },
  };
}

describeDatabaseContract("D1", openDatabase);

describeDatabaseContract("wrangler's D1, as npm start and the command line open it", async () => {
  const directory = await mkdtemp(join(tmpdir(), "undertone-d1-"));
  const state = await openLocalState(CONFIG, directory);
  return {
    database: await state.openDatabase(),
    dispose: async () => {
      await state.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe("d1Database", () => {
  it.each([undefined, null, {}, { prepare() {} }])(
    "refuses a binding that is none (%j)",
    (binding) => {
      expect(() => d1Database(binding)).toThrow(/wrangler\.toml/);
    },
  );
});
