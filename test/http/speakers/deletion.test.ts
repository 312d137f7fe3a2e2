import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqliteDatabase, type SqliteDatabase } from "../../../src/database/sqlite.ts";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { type Service, startService } from "../../support/http/service.ts";
import { voiceClip, voiceModels } from "../../support/http/voices.ts";

const MIGRATIONS = new URL("../../../migrations", import.meta.url).pathname;
const NAME = "Ermintrude Bellweather";
let directory: string;
let database: SqliteDatabase;
let service: Service;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-speakers-"));
  database = openSqliteDatabase(join(directory, "undertone.sqlite"), MIGRATIONS);
  const { models } = await voiceModels(0.99);
  const { close: _, ...open } = database;
  const files = filesystemStore(join(directory, "files"));
  service = startService(models, { database: open, files });
});
afterAll(async () => {
  database.close();
  await rm(directory, { recursive: true });
});

/** The names of files below the directory that hold a text. */
async function filesWith(text: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const found = await Promise.all(
    files.map(async ({ parentPath, name }) =>
      (await readFile(join(parentPath, name))).includes(text) ? [name] : [],
    ),
  );
  return found.flat();
}

test("a speaker who was deleted leaves nothing in the database or in files", async () => {
  const path = `/v1/speakers?name=${encodeURIComponent(NAME)}`;
  const { id } = await (
    await service.app.request(path, { method: "POST", body: voiceClip("hum") })
  ).json();
  const [row] = await database.all<{ embedding: string }>({
    sql: "SELECT embedding FROM speakers",
    values: [],
  });
  await service.app.request(`/v1/speakers/${id}/clips`, {
    method: "POST",
    body: voiceClip("hum", 1),
  });
  const [later] = await database.all<{ embedding: string }>({
    sql: "SELECT embedding FROM speakers",
    values: [],
  });
  const traces = [NAME, id, row?.embedding.slice(0, 40), later?.embedding.slice(0, 40)] as string[];
  for (const trace of traces) expect(await filesWith(trace)).not.toEqual([]);
  const deleted = await service.app.request(`/v1/speakers/${id}`, { method: "DELETE" });
  expect(deleted.status).toBe(204);
  for (const trace of traces) expect(await filesWith(trace)).toEqual([]);
  const tables = await database.all<{ name: string }>({
    sql: "SELECT name FROM sqlite_schema WHERE type = 'table'",
    values: [],
  });
  for (const { name } of tables) {
    const rows = await database.all({ sql: `SELECT * FROM "${name}"`, values: [] });
    expect(JSON.stringify(rows), name).not.toContain(id);
  }
  const again = await service.app.request(`/v1/speakers/${id}`, { method: "DELETE" });
  expect(again.status).toBe(404);
  expect(await (await service.app.request("/v1/speakers")).json()).toEqual({ speakers: [] });
});
