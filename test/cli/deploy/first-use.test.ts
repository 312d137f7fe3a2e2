/** The last steps of `npm run deploy`, on stand-ins of Cloudflare's API and a real service. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { firstKey, firstModel } from "../../../src/cli/deploy/first-use.ts";
import { findKey, revokeKey } from "../../../src/keys/table.ts";
import { type ParsedToken, parseToken } from "../../../src/keys/token.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type RemoteD1, startRemoteD1 } from "../../support/cli/remote-d1.ts";
import { type RemoteR2, startRemoteR2 } from "../../support/cli/remote-r2.ts";

let d1: RemoteD1;
let r2: RemoteR2;
let told: string[];
beforeAll(async () => {
  [d1, r2] = [await startRemoteD1(), await startRemoteR2()];
});
afterAll(async () => {
  d1?.close();
  await r2?.close();
});
beforeEach(() => {
  told = [];
});
afterEach(() => vi.unstubAllEnvs());

const tell = (line: string) => void told.push(line);
const use = (variables: Readonly<Record<string, string>>) => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
};

it("a first key is created and shown once, for as long as one is in use", async () => {
  use(d1.variables);
  await firstKey({ remote: true }, tell);
  const token = /ut_\S+/.exec(told[0] ?? "")?.[0] ?? "";
  const key = await findKey(d1.database, (await parseToken(token)) as ParsedToken);
  expect(key).toMatchObject({ owner: "operator", scopes: ["features", "jobs", "self-test"] });
  await firstKey({ remote: true }, tell);
  expect(told[1]).toBe("keys: 1 in use");
  await revokeKey(d1.database, key?.id ?? "", Date.now());
  await firstKey({ remote: true }, tell);
  expect(told[2]).toMatch(/ut_\S+/);
});

it("a first model is installed unless there is one", async () => {
  use(r2.variables);
  const install = vi.fn(async () => {});
  await firstModel({ remote: true }, install, tell);
  expect(install).toHaveBeenCalledOnce();
  await installGolden(r2.store, "tiny-group", "q8");
  await firstModel({ remote: true }, install, tell);
  expect(install).toHaveBeenCalledOnce();
  expect(told[1]).toBe("models: tiny-group-q8");
});
