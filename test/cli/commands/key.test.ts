import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openSqliteDatabase } from "../../../src/database/sqlite.ts";
import { findKey } from "../../../src/keys/table.ts";
import { parseToken } from "../../../src/keys/token.ts";
import { runUndertone } from "../../support/cli/undertone.ts";

const MIGRATIONS = join(import.meta.dirname, "../../../migrations");
const TOKEN = /^ut_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

let directory: string;
let file: string;
let files = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-key-"));
});
beforeEach(() => {
  file = join(directory, `${++files}.sqlite`);
});
afterAll(() => rm(directory, { recursive: true }));

const key = (...args: string[]) => runUndertone(["key", ...args, "--database", file]);

/** What the service makes of a token. */
async function found(token: string) {
  const parsed = await parseToken(token);
  const database = openSqliteDatabase(file, MIGRATIONS);
  try {
    return parsed && (await findKey(database, parsed));
  } finally {
    database.close();
  }
}

describe("undertone key", () => {
  it("makes a key and prints it alone, once", async () => {
    const { status, stdout, stderr } = await key(
      ...["create", "--scope", "features,jobs", "--rate", "90/m", "--name", "call centre"],
    );
    expect(status).toBe(0);
    const token = stdout.trim();
    const [, id = ""] = TOKEN.exec(token) ?? [];
    expect(stderr).toContain(`Created the key ${id} name=call centre`);
    expect(stderr).not.toContain(token);
    expect(await found(token)).toMatchObject({
      id,
      owner: "call centre",
      scopes: ["features", "jobs"],
      requestsPerMinute: 90,
    });
    const listed = await key("list");
    expect(listed.stdout).toMatch(
      new RegExp(`^${id} name=call centre scope=features,jobs rate=90/m created=\\S+\\n$`),
    );
  });

  it("makes one that is its own owner and may ask 60 times a minute, if nothing is said", async () => {
    const token = (await key("create", "--scope", "jobs")).stdout.trim();
    const id = TOKEN.exec(token)?.[1];
    expect(await found(token)).toMatchObject({
      owner: id,
      scopes: ["jobs"],
      requestsPerMinute: 60,
    });
  });

  it("revokes a key", async () => {
    const token = (await key("create", "--scope", "jobs")).stdout.trim();
    const id = TOKEN.exec(token)?.[1] ?? "";
    expect((await key("revoke", id)).stdout).toBe(`Revoked the key ${id}.\n`);
    expect(await found(token)).toBeNull();
    expect((await key("list")).stdout).toMatch(/ revoked=\S+\n$/);
    const again = await key("revoke", id);
    expect(again.status).toBe(1);
    expect(again.stderr).toMatch(/^key-invalid: There is no key /);
  });

  it("binds a key to a region, which its token names", async () => {
    const { stdout, stderr } = await key("create", "--scope", "jobs", "--home", "eu");
    const token = stdout.trim();
    expect(token).toMatch(/^ut_eu_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
    expect(stderr).toContain(" home=eu ");
    expect(await found(token)).toMatchObject({ home: "eu" });
    expect((await key("list")).stdout).toContain(" home=eu ");
  });

  it("says that there are none", async () => {
    expect((await key("list")).stdout).toBe("There are no keys.\n");
  });

  it.each([
    [[], /--scope/],
    [["--scope", "admin"], /features,jobs/],
    [["--scope", ""], /features,jobs/],
    [["--scope", "jobs", "--rate", "60"], /1\/m to 6000\/m/],
    [["--scope", "jobs", "--rate", "0/m"], /1\/m to 6000\/m/],
    [["--scope", "jobs", "--rate", "6001/m"], /1\/m to 6000\/m/],
    [["--scope", "jobs", "--rate", "1/s"], /1\/m to 6000\/m/],
    [["--scope", "jobs", "--name", "it's"], /letters/],
    [["--scope", "jobs", "--home", "EU West"], /name of a region, such as eu/],
  ])("refuses %j", async (args, advice) => {
    const { status, stderr } = await key("create", ...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(advice);
  });

  it("works on wrangler's local database, whose tables it makes", async () => {
    const local = ["--persist-to", join(directory, "state")];
    const created = await runUndertone([
      "key",
      "create",
      "--scope",
      "jobs",
      "--name",
      "n",
      ...local,
    ]);
    expect(created.stdout).toMatch(TOKEN_LINE);
    const id = created.stdout.slice(3, 15);
    const revoked = await runUndertone(["key", "revoke", id, ...local]);
    expect(revoked.stdout).toBe(`Revoked the key ${id}.\n`);
    const { stdout } = await runUndertone(["key", "list", ...local]);
    expect(stdout).toMatch(new RegExp(`^${id} name=n scope=jobs rate=60/m created=\\S+ revoked=`));
  });
});

const TOKEN_LINE = /^ut_[0-9a-f]{12}_[A-Za-z0-9_-]{43}\n$/;
