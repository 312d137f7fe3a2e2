import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type HookFlags, readHookConfig } from "../../../src/cli/options/hook-config.ts";
import { createSecretBox } from "../../../src/crypto/secret-box.ts";
import { openSqliteDatabase } from "../../../src/database/sqlite.ts";
import { readHook } from "../../../src/hooks/table.ts";
import { rotateSecret } from "../../../src/webhooks/secrets.ts";
import { runUndertone } from "../../support/cli/undertone.ts";

const MIGRATIONS = join(import.meta.dirname, "../../../migrations");

let directory: string;
let file: string;
let files = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-hook-"));
});
beforeEach(() => {
  file = join(directory, `${++files}.sqlite`);
});
afterAll(() => rm(directory, { recursive: true }));

const hook = (...args: string[]) => runUndertone(["hook", ...args, "--database", file]);
const github = ["--verify", "github", "--audio-url", "/recording/url"];

async function stored(name: string) {
  const database = openSqliteDatabase(file, MIGRATIONS);
  try {
    return await readHook(database, name, createSecretBox([]));
  } finally {
    database.close();
  }
}

describe("undertone hook", () => {
  it("creates a hook with a secret of its own, which only that shows", async () => {
    const created = await hook("create", "calls", ...github, "--option", "pool=mean", "layers=6");
    expect(created).toMatchObject({ status: 0, stderr: "" });
    expect(created.stdout).toMatch(/POST \/v1\/hooks\/calls\n.*whsec_[A-Za-z0-9+/]{43}=\n$/);
    const secret = created.stdout.match(/whsec_\S+/)?.[0] ?? "none";
    expect(await stored("calls")).toMatchObject({
      name: "calls",
      owner: null,
      verification: { kind: "github", header: "X-Hub-Signature-256" },
      secrets: [secret],
      audio: { pointer: "/recording/url", holds: "url" },
      options: { pool: "mean", layers: "6" },
    });
    const listed = await hook("list");
    expect(listed.stdout).toMatch(/^calls github .*audio-url=\/recording\/url pool=mean layers=6/);
    expect(listed.stdout).not.toContain(secret);
  });

  it("deletes one", async () => {
    await hook("create", "calls", ...github);
    expect((await hook("delete", "calls")).stdout).toBe("Deleted the hook calls.\n");
    expect((await hook("list")).stdout).toBe("There are no hooks.\n");
    const again = await hook("delete", "calls");
    expect(again).toMatchObject({ status: 1, stdout: "" });
    expect(again.stderr).toMatch(/^unknown-hook: /);
  });

  it("makes no second hook of a name", async () => {
    await hook("create", "calls", ...github, "--secret", "first");
    const second = await hook("create", "calls", ...github, "--secret", "second");
    expect(second.stderr).toMatch(/^invalid-option: There is a hook calls already/);
    expect((await stored("calls"))?.secrets).toEqual(["first"]);
  });

  it("takes a callback only once there is a secret to sign webhooks with", async () => {
    const callback = ["--callback-url", "https://receiver.undertone.dev/", "--owner", "acme"];
    const early = await hook("create", "calls", ...github, ...callback);
    expect(early.stderr).toMatch(/^no-webhook-secret: /);
    const database = openSqliteDatabase(file, MIGRATIONS);
    await rotateSecret(database, "acme", 0, Date.now());
    database.close();
    expect(await hook("create", "calls", ...github, ...callback)).toMatchObject({ status: 0 });
  });

  it("works on the local database of `npm start`, whose tables it makes", async () => {
    const local = (...args: string[]) =>
      runUndertone(["hook", ...args, "--persist-to", join(directory, "state")]);
    const secret = "it's; -- a 'quoted' ? \"secret\"";
    const created = await local("create", "calls", ...github, "--secret", secret);
    expect(created).toMatchObject({ status: 0, stderr: "" });
    expect((await local("list")).stdout).toMatch(/^calls github /);
  });
});

describe("readHookConfig", () => {
  const flags = (more: Partial<HookFlags> = {}): HookFlags => ({
    verify: "standard",
    audioUrl: ["/url"],
    ...more,
  });
  const configOf = (more: Partial<HookFlags>) => readHookConfig("calls", flags(more)).config;

  it.each<[Partial<HookFlags>, object]>([
    [{ verify: "standard" }, { kind: "standard" }],
    [{ verify: "github" }, { kind: "github", header: "X-Hub-Signature-256" }],
    [
      { verify: "github", header: "X-Signature" },
      { kind: "github", header: "X-Signature" },
    ],
    [
      { verify: "stripe", secret: ["s"] },
      { kind: "stripe", header: "Stripe-Signature" },
    ],
    [
      { verify: "twilio", secret: ["s"] },
      { kind: "twilio", url: null },
    ],
    [{ verify: "twilio", secret: ["s"], url: "https://a.dev/h" }, { url: "https://a.dev/h" }],
    [{ verify: "secret" }, { kind: "secret", header: "Authorization" }],
  ])("makes of %j how requests are verified", (given, verification) => {
    expect(configOf(given).verification).toMatchObject(verification);
  });

  it.each<[string, Partial<HookFlags>, RegExp]>([
    ["no place of the clip", { audioUrl: undefined as never }, /--audio-url or --audio-base64/],
    ["two places", { audioBase64: ["/clip"] }, /only one of them/],
    ["two places of one clip", { audioUrl: ["/a", "/b"] }, /one pointer/],
    ["one place of two clips", { option: ["task=comparison"] }, /two pointers/],
    ["a place that is no pointer", { audioUrl: ["url"] }, /JSON Pointer/],
    ["an id that is no pointer", { id: "id" }, /--id has to be a JSON Pointer/],
    ["no secret of Stripe's", { verify: "stripe" }, /--secret is missing/],
    ["no secret of Twilio's", { verify: "twilio" }, /--secret is missing/],
    ["an empty secret", { secret: [""] }, /must not be empty/],
    ["a standard secret that is no base64", { secret: ["whsec_%"] }, /whsec_ and base64/],
    ["a secret that fits no header", { verify: "secret", secret: ["a b"] }, /visible ASCII/],
    ["a header that is none", { verify: "secret", header: "X Y" }, /name of a header/],
    ["a header for Standard Webhooks", { header: "X-Y" }, /not for standard/],
    ["an address for GitHub", { verify: "github", url: "https://a.dev/" }, /for twilio/],
    ["an option without a value", { option: ["pool"] }, /name=value/],
    ["an unknown option", { option: ["speed=9"] }, /no option `speed`/],
    ["an unknown task", { option: ["task=translation"] }, /transcription/],
    ["an option of another task", { option: ["task=embedding", "tokens=true"] }, /no option/],
    ["a wrong option", { option: ["pool=soup"] }, /`pool`/],
    ["a callback that is no URL", { callbackUrl: "here" }, /cannot be parsed/],
    [
      "a private callback of a deployment",
      { callbackUrl: "http://127.0.0.1/", remote: true },
      /https/,
    ],
  ])("refuses %s", (_, given, message) => {
    expect(() => configOf(given)).toThrow(message);
  });

  it.each(["", "Calls", "a b", "../jobs", "-a", "a".repeat(64)])(
    "refuses the name '%s'",
    (name) => {
      expect(() => readHookConfig(name, flags())).toThrow(/letters a to z/);
    },
  );
});
