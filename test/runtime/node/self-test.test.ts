import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { examine } from "../../../src/cli/doctor/examine.ts";
import { sql } from "../../../src/database/database.ts";
import { openSqliteDatabase } from "../../../src/database/sqlite.ts";
import { createKey, type Scope } from "../../../src/keys/table.ts";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type StartedServer, startNodeServer } from "../../../support/runtimes/node.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { CHECKS, checkOf, diagnose, expectBroken } from "../../support/self-test.ts";

const MIGRATIONS = join(import.meta.dirname, "../../../migrations");

let directory: string;
let server: StartedServer | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-self-test-"));
  await installGolden(filesystemStore(join(directory, "packs")), "tiny-group", "q8");
});
afterEach(async () => {
  server?.process.kill("SIGKILL");
  await server?.ended;
  await rm(directory, { recursive: true });
});

async function start(variables: Readonly<Record<string, string>> = {}): Promise<StartedServer> {
  server = await startNodeServer({
    PACKS: join(directory, "packs"),
    DATA: join(directory, "data"),
    UNDERTONE_OPEN: "1",
    ...variables,
  });
  return server;
}

async function withDatabase<Result>(
  work: (database: ReturnType<typeof openSqliteDatabase>) => Promise<Result>,
): Promise<Result> {
  const database = openSqliteDatabase(join(directory, "data/undertone.sqlite"), MIGRATIONS);
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

describe("undertone doctor of a Node server", () => {
  it("finds a healthy one well, in a table that ends with 0", async () => {
    const { url } = await start();
    const diagnosis = await diagnose(url);
    expectBroken(diagnosis, []);
    expect(diagnosis.checks.map(({ name }) => name)).toEqual(CHECKS);
    expect(checkOf(diagnosis, "service").detail).toMatch(/^node, answers in \d+ ms$/);
    expect(checkOf(diagnosis, "weights").status).toBe("ok");
    const { status, stdout } = await runUndertone(["doctor", url]);
    expect(status).toBe(0);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe(`${url}/`);
    for (const name of CHECKS) {
      expect(stdout).toMatch(new RegExp(`^(ok|slow) +${name}  `, "m"));
    }
  });

  it("names a database without its tables", async () => {
    const { url } = await start();
    await withDatabase((database) => database.run(sql`ALTER TABLE positions RENAME TO elsewhere`));
    const diagnosis = await diagnose(url);
    expectBroken(diagnosis, ["database"]);
    expect(checkOf(diagnosis, "database").detail).toContain("no such table: positions");
  });

  it("names a damaged pack, and ends with 1", async () => {
    const packs = filesystemStore(join(directory, "packs"));
    const key = (await packs.list("blobs/")).find((name) => name.endsWith(".weights")) as string;
    await packs.put(key, new Uint8Array(10));
    const { url } = await start();
    const { status, stdout } = await runUndertone(["doctor", url, "--json"]);
    expect(status).toBe(1);
    const diagnosis = JSON.parse(stdout);
    expectBroken(diagnosis, ["packs", "model"]);
    expect(checkOf(diagnosis, "packs").detail).toContain(key);
    expect(checkOf(diagnosis, "model").detail).toBe("pack-damaged");
  });

  it("names a service without a pack", async () => {
    const { url } = await start({ PACKS: join(directory, "none") });
    const diagnosis = await diagnose(url);
    expectBroken(diagnosis, ["packs", "heap", "model"]);
    expect(checkOf(diagnosis, "packs").detail).toBe("no-pack-installed");
  });

  it("names a heap that is smaller than the longest clip needs", async () => {
    const { url } = await start({
      MEMORY_BUDGET_MB: "10",
      MAX_CLIP_SECONDS: "600",
      WINDOW_SECONDS: "600",
    });
    expectBroken(await diagnose(url), ["heap"]);
  });

  it("names a wrong clock by itself and by whoever asks", async () => {
    const hourLate = join(directory, "hour-late.mjs");
    await writeFile(hourLate, "const now = Date.now; Date.now = () => now() - 3600_000;\n");
    const { url } = await start({ NODE_OPTIONS: `--import ${hourLate}` });
    const diagnosis = await diagnose(url);
    expectBroken(diagnosis, ["clock here", "clock"]);
    expect(checkOf(diagnosis, "clock").detail).toMatch(
      /^(3599|3600) s behind the database's clock$/,
    );
    expect(checkOf(diagnosis, "clock here").detail).toMatch(
      /^the service's clock is 3600 s behind this machine's$/,
    );
  });

  it("asks for a key of scope self-test", async () => {
    const { url } = await start({ UNDERTONE_OPEN: "0" });
    const newKey = (scope: Scope) =>
      withDatabase((database) =>
        createKey(database, { scopes: [scope], requestsPerMinute: 60 }, Date.now()),
      );
    const run = (...flags: string[]) => runUndertone(["doctor", url, ...flags]);
    const without = await run();
    expect(without.status).toBe(1);
    expect(without.stdout).toMatch(/^broken +self-test +HTTP status 401: No API key/m);
    expect(without.stdout).toContain("undertone key create --scope self-test");
    const { token: other } = await newKey("features");
    const lacking = await run("--key", other);
    expect(lacking.stdout).toMatch(/^broken +self-test +HTTP status 403: The API key lacks scope/m);
    const { token } = await newKey("self-test");
    expect((await run("--key", token)).status).toBe(0);
    expect((await runUndertone(["doctor", url], undefined, { UNDERTONE_KEY: token })).status).toBe(
      0,
    );
    const features = await fetch(`${url}/v1/models`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(features.status).toBe(403);
  });

  it("names the database by which no key can be looked up", async () => {
    const { url } = await start({ UNDERTONE_OPEN: "0" });
    const token = await withDatabase(async (database) => {
      const request = { scopes: ["self-test"] as const, requestsPerMinute: 60 };
      const made = await createKey(database, request, Date.now());
      await database.run(sql`ALTER TABLE api_keys RENAME TO elsewhere`);
      return made.token;
    });
    const diagnosis = await examine({ url: new URL(url), key: token, now: Date.now });
    expectBroken(diagnosis, ["database"]);
    expect(checkOf(diagnosis, "database").detail).toMatch(/^HTTP status 503/);
  });

  it("runs one self-test at a time, and tells others when to come back", async () => {
    const { url } = await start();
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => fetch(`${url}/v1/self-test`)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 503, 503, 503]);
    const refused = answers.find(({ status }) => status === 503);
    expect(Number(refused?.headers.get("Retry-After"))).toBeGreaterThan(0);
  });
});

describe("undertone doctor of something else", () => {
  it("says that nothing answers", async () => {
    const { status, stdout } = await runUndertone(["doctor", "http://127.0.0.1:9"]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^broken +service +http:\/\/127\.0\.0\.1:9 cannot be reached/m);
  });

  it("refuses what is no address", async () => {
    const { status, stderr } = await runUndertone(["doctor", "localhost:8787"]);
    expect(status).toBe(1);
    expect(stderr).toContain("It has to begin with http:// or https://.");
  });
});
