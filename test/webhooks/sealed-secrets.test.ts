/** Secrets of webhooks and hooks in the database: encrypted by the sweep, under the newest key. */
import { beforeEach, expect, it } from "vitest";
import { createBackground } from "../../src/background.ts";
import { createSecretBox, newSecretKey } from "../../src/crypto/secret-box.ts";
import { sql } from "../../src/database/database.ts";
import type { Hook } from "../../src/hooks/hook.ts";
import { insertHook, listHooks, readHook } from "../../src/hooks/table.ts";
import type { Platform } from "../../src/platform/platform.ts";
import { checkSecrets } from "../../src/self-test/checks/secrets.ts";
import { requireSigningSecret, rotateSecret, signingSecrets } from "../../src/webhooks/secrets.ts";
import { startService } from "../support/http/service.ts";

const [FIRST, SECOND] = [newSecretKey(), newSecretKey()];
const HOOK: Hook = {
  name: "calls",
  owner: "acme",
  createdAt: 1,
  verification: { kind: "github", header: "X-Hub-Signature-256" },
  secrets: ["one", "two"],
  audio: { pointer: "/url", holds: "url" },
  idPointer: null,
  options: {},
  callbackUrl: null,
};

let platform: Platform;
let secret: string;
beforeEach(async () => {
  ({ platform } = startService());
  ({ secret } = await rotateSecret(platform.database, "acme", 0, platform.now()));
  await insertHook(platform.database, HOOK);
});

const boxOf = (...keys: string[]) => createSecretBox(keys);
const withKeys = (...keys: string[]): Platform => ({ ...platform, secrets: boxOf(...keys) });
const sweepWith = (...keys: string[]) => createBackground(withKeys(...keys)).sweep();
const signing = (...keys: string[]) =>
  signingSecrets(platform.database, "acme", platform.now(), boxOf(...keys));
const hook = (...keys: string[]) => readHook(platform.database, "calls", boxOf(...keys));

async function everything(): Promise<string> {
  const rows = await Promise.all([
    platform.database.all(sql`SELECT * FROM webhook_secrets`),
    platform.database.all(sql`SELECT * FROM hooks`),
  ]);
  return JSON.stringify(rows);
}

it("are encrypted by the next sweep, and go on working", async () => {
  expect(await everything()).toContain(secret);
  await sweepWith(FIRST);
  const stored = await everything();
  for (const text of [secret, '"one"', '"two"', "one\\"]) expect(stored).not.toContain(text);
  expect(await signing(FIRST)).toEqual([secret]);
  expect(await hook(FIRST)).toEqual(HOOK);
  await sweepWith(FIRST);
  expect(await everything()).toBe(stored);
  const { secrets, ...rest } = HOOK;
  expect(await listHooks(platform.database)).toEqual([{ ...rest, secretCount: secrets.length }]);
});

it("are encrypted at once where the service makes them", async () => {
  const made = await rotateSecret(platform.database, "other", 0, platform.now(), boxOf(FIRST));
  expect(await everything()).not.toContain(made.secret);
});

it("come under a new key while the one before is still there, and need only the new one then", async () => {
  await sweepWith(FIRST);
  await sweepWith(SECOND, FIRST);
  expect(await signing(SECOND)).toEqual([secret]);
  expect((await hook(SECOND))?.secrets).toEqual(["one", "two"]);
});

it("without their key sign and verify nothing, and are still there when it comes back", async () => {
  await sweepWith(FIRST);
  expect(await signing(SECOND)).toEqual([]);
  await expect(hook(SECOND)).rejects.toMatchObject({ slug: "secret-unreadable" });
  await requireSigningSecret(platform.database, "acme", platform.now());
  await sweepWith(SECOND);
  expect(await signing(FIRST)).toEqual([secret]);
  expect((await hook(FIRST))?.secrets).toEqual(["one", "two"]);
});

it("are told by a self-test: in clear text, encrypted, or not to be decrypted", async () => {
  const states = async (...keys: string[]) => {
    const { status, detail } = await checkSecrets(withKeys(...keys));
    return `${status}: ${detail}`;
  };
  expect(await states()).toBe("slow: 3 of 3 are stored in clear text");
  expect(await states(FIRST)).toBe("ok: 3 of 3 will be encrypted within a minute");
  await sweepWith(FIRST);
  expect(await states(FIRST)).toBe("ok: all 3 are encrypted");
  expect(await states(SECOND)).toBe("broken: 3 of 3 cannot be decrypted");
  await platform.database.batch([sql`DELETE FROM hooks`, sql`DELETE FROM webhook_secrets`]);
  expect(await states()).toBe("ok: none are stored, and there is no SECRETS_KEY");
});
