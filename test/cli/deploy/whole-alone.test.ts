/** All of `npm run deploy` for one Worker with stages, with the real wrangler, on an account that begins empty. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import { type DeployStage, startDeployStage } from "../../support/cli/deploy-script.ts";

/** Of an environment, so that no other test writes the same configurations. */
const NAME = "undertone-whole";
const OPTIONS = ["--env", "whole", "--stages", "2", "--location", "weur"];
/** Each step takes wrangler some seconds to load. */
const PATIENCE_MS = 600_000;

let stage: DeployStage;
beforeAll(async () => {
  stage = await startDeployStage(NAME);
});
afterAll(async () => {
  await stage?.close();
  rmSync(join(import.meta.dirname, "../../../wrangler.whole.json"), { force: true });
});

const packs = () => stage.account.buckets.stores.get(`${NAME}-packs`);
const keysInUse = () =>
  stage.account.databases
    .named(NAME)
    .prepare("SELECT id FROM api_keys WHERE revoked_at IS NULL")
    .all();

it(
  "deploys stages and Worker, installs a model, creates a key, and proves that all of it works",
  async () => {
    const { status, lines, asked, uploaded } = await stage.run(...OPTIONS);
    expect(status, lines.join("\n")).toBe(0);
    expect(uploaded).toEqual([`${NAME}-stage-1`, `${NAME}-stage-2`, NAME]);
    expect(await packs()?.get(manifestKey("spoken-words-q8"))).not.toBeNull();
    // The script's own key is revoked.
    expect(keysInUse()).toHaveLength(1);
    expect(lines.filter((line) => /^ {2}ut_\w+/.test(line))).toHaveLength(1);
    expect(lines).toContain("models: the first one is installed");
    expect(lines).toContainEqual(
      expect.stringMatching(/^warm-up: a clip of 5 s took .* \(cold\)$/),
    );
    expect(lines).toContain("All is well.");
    expect(asked.filter((request) => request !== "GET /healthz")).toEqual([
      "POST /v1/features?pool=mean",
      "GET /v1/self-test",
    ]);
  },
  PATIENCE_MS,
);

it(
  "repeated, it deploys the same again, makes nothing and shows no secret",
  async () => {
    const [before] = keysInUse();
    const objects = await packs()?.list("");
    const { status, lines, uploaded } = await stage.run(...OPTIONS);
    expect(status, lines.join("\n")).toBe(0);
    expect(uploaded).toEqual([`${NAME}-stage-1`, `${NAME}-stage-2`, NAME]);
    expect(lines.filter((line) => line.endsWith(": made"))).toEqual([]);
    expect(lines).toEqual(
      expect.arrayContaining(["SECRETS_KEY: there", "models: spoken-words-q8", "keys: 1 in use"]),
    );
    expect(lines.join("\n")).not.toMatch(/ut_\w+/);
    expect(keysInUse()).toEqual([before]);
    expect(await packs()?.list("")).toEqual(objects);
    const made = stage.account.changes.filter((change) => /^POST \/(r2|d1|queues$)/.test(change));
    expect(made).toEqual([]);
  },
  PATIENCE_MS,
);
