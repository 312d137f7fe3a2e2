import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { newSecretKey } from "../../src/crypto/secret-box.ts";
import { secretKeysIn } from "../../src/platform/node/secret-keys.ts";
import { readSettings } from "../../src/platform/settings.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "undertone-keys-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

it("a Node server makes its key once, for its owner alone", () => {
  const [key] = secretKeysIn(directory, []);
  const path = join(directory, "secrets.key");
  expect(readFileSync(path, "utf8").trim()).toBe(key);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(secretKeysIn(directory, [])).toEqual([key]);
});

it("a configured key encrypts, and that of the file still decrypts", () => {
  const [inFile = ""] = secretKeysIn(directory, []);
  const configured = newSecretKey();
  expect(secretKeysIn(directory, [configured])).toEqual([configured, inFile]);
});

it("a file that holds no key is never overwritten", () => {
  const path = join(directory, "secrets.key");
  writeFileSync(path, "garbage");
  expect(() => secretKeysIn(directory, [])).toThrow(/secrets\.key holds no key/);
  expect(readFileSync(path, "utf8")).toBe("garbage");
});

it("a variable that holds no key is refused without being repeated", () => {
  let message = "";
  try {
    readSettings({ SECRETS_KEY: "nearly-a-secret" });
  } catch (error) {
    message = String(error);
  }
  expect(message).toContain("SECRETS_KEY");
  expect(message).not.toContain("nearly");
});
