import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { wranglerDatabase } from "../../../src/cli/wrangler/database.ts";
import { openLocalState } from "../../../src/cli/wrangler/local.ts";
import { sql } from "../../../src/database/database.ts";

const CONFIG = join(import.meta.dirname, "../../../wrangler.toml");

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-wrangler-"));
});
afterAll(() => rm(directory, { recursive: true }));

it("wrangler's SQL gives back text, numbers and NULL as they were put in, and says how many rows it changed", async () => {
  const local = await openLocalState(CONFIG, directory);
  await local.openDatabase();
  await local.close();
  const database = wranglerDatabase(CONFIG, ["--local", "--persist-to", directory]);
  const text = `quotes ' " and ?, ünïcode 🎧 and {"json": 1}`;
  const insert = (id: string) =>
    sql`INSERT INTO webhook_secrets (id, owner, secret, created_at, expires_at)
      VALUES (${id}, NULL, ${text}, ${1_767_000_000_123}, ${null})`;
  const change = sql`UPDATE webhook_secrets SET owner = ${"o"}`;
  expect(await database.batch([insert("a"), insert("b"), change])).toEqual([1, 1, 2]);
  const query = sql`SELECT * FROM webhook_secrets WHERE secret = ${text} ORDER BY id`;
  expect(await database.all(query)).toEqual(
    ["a", "b"].map((id) => ({
      ...{ id, owner: "o", secret: text, created_at: 1_767_000_000_123, expires_at: null },
    })),
  );
});

it("says what wrangler says where there are no tables, and what to do", async () => {
  const empty = join(directory, "empty");
  const database = wranglerDatabase(CONFIG, ["--local", "--persist-to", empty]);
  await expect(database.all(sql`SELECT * FROM jobs`)).rejects.toMatchObject({
    slug: "internal",
    message: expect.stringMatching(/npm run deploy.*no such table: jobs/s),
  });
});
