import { beforeAll, describe, expect, test } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { problemOf } from "../../support/http/service.ts";
import { type JobService, startJobService } from "../../support/jobs/job-service.ts";

/** Lines of which no clip has to be fetched. */
const BROKEN = '{"url": "ftp://nowhere/a.wav"}';
const CANCELLED = 2;
const OF_ANOTHER = 4;

describe("GET /v1/batches", () => {
  let service: JobService;
  let ids: string[];
  beforeAll(async () => {
    service = await startJobService();
    ids = [];
    for (let lines = 1; lines <= 6; lines++) {
      // Two of them at the same moment.
      service.clock.nowMs += lines === 4 ? 0 : 1000;
      const body = Array(lines).fill(BROKEN).join("\n");
      const response = await service.app.request("/v1/batches", { method: "POST", body });
      ids.push((await response.json()).id);
    }
    await service.platform.database.run(
      sql`UPDATE batches SET owner = 'another' WHERE id = ${ids[OF_ANOTHER] as string}`,
    );
    await service.app.request(`/v1/batches/${ids[CANCELLED]}/cancel`, { method: "POST" });
  });
  const page = async (query: string) => (await service.app.request(`/v1/batches${query}`)).json();
  const idsOf = (batches: { id: string }[]) => batches.map(({ id }) => id);

  test("lists one's batches newest first, in pages that neither skip nor repeat", async () => {
    const seen: string[] = [];
    for (let query = "?limit=2"; ; ) {
      const { batches, next_cursor } = await page(query);
      seen.push(...idsOf(batches));
      if (next_cursor === null) break;
      query = `?limit=2&cursor=${next_cursor}`;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(new Set(ids.filter((_, index) => index !== OF_ANOTHER)));
    expect(seen.at(0)).toBe(ids.at(-1));
    expect(seen.at(-1)).toBe(ids.at(0));
  });

  test("says of each what GET /v1/batches/:id says", async () => {
    const { batches } = await page("");
    for (const batch of batches) expect(await page(`/${batch.id}`)).toEqual(batch);
    expect(batches[0]).toMatchObject({ lines: 6, counts: { queued: 6, failed: 0 } });
  });

  test("lists those of one status", async () => {
    expect(idsOf((await page("?status=running")).batches)).toHaveLength(5);
    await service.drain();
    expect((await page("?status=running")).batches).toEqual([]);
    expect(idsOf((await page("?status=cancelled")).batches)).toEqual([ids[CANCELLED]]);
    expect((await page("?status=done")).batches).toHaveLength(4);
    expect((await page("?status=expired")).batches).toEqual([]);
    service.clock.nowMs += service.platform.settings.resultTtlMs;
    expect((await page("?status=done")).batches).toEqual([]);
    expect((await page("?status=expired")).batches).toHaveLength(5);
  });

  test.each([
    ["?cursor=nonsense", "invalid-cursor"],
    ["?cursor=1-job_1", "invalid-cursor"],
    ["?status=queued", "invalid-option"],
    ["?limit=0", "invalid-option"],
    ["?order=up", "unknown-option"],
  ])("refuses %s", async (query, slug) => {
    const response = await service.app.request(`/v1/batches${query}`);
    expect(await problemOf(response)).toMatchObject({ type: `/problems/${slug}`, status: 422 });
  });
});
