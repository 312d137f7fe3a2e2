import { beforeAll, describe, expect, test } from "vitest";
import { chirp, problemOf } from "../../support/http/service.ts";
import { type JobService, startJobService } from "../../support/jobs/job-service.ts";

describe("GET /v1/jobs", () => {
  let listing: JobService;
  let ids: string[];
  beforeAll(async () => {
    listing = await startJobService();
    ids = [];
    for (let index = 0; index < 7; index++) {
      // Two of them at the same moment.
      listing.clock.nowMs += index === 3 ? 0 : 1000;
      ids.push(await listing.submit(index === 5 ? "no audio" : chirp(500 + index)));
    }
  });
  const page = async (query: string) => (await listing.app.request(`/v1/jobs${query}`)).json();
  const idsOf = (jobs: { id: string }[]) => jobs.map(({ id }) => id);

  test("lists jobs newest first, in pages that neither skip nor repeat", async () => {
    const seen: string[] = [];
    let query = "?limit=2";
    for (;;) {
      const { jobs, next_cursor } = await page(query);
      seen.push(...idsOf(jobs));
      if (next_cursor === null) break;
      query = `?limit=2&cursor=${next_cursor}`;
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen)).toEqual(new Set(ids));
    expect(seen.at(0)).toBe(ids.at(-1));
    expect(seen.at(-1)).toBe(ids.at(0));
  });

  test("lists those of one status", async () => {
    expect(idsOf((await page("?status=queued")).jobs)).toHaveLength(7);
    await listing.drain();
    expect(idsOf((await page("?status=failed")).jobs)).toEqual([ids[5]]);
    expect((await page("?status=done")).jobs).toHaveLength(6);
    expect((await page("?status=expired")).jobs).toEqual([]);
    listing.clock.nowMs += listing.platform.settings.resultTtlMs;
    expect((await page("?status=done")).jobs).toEqual([]);
    expect((await page("?status=expired")).jobs).toHaveLength(6);
  });

  test.each([
    ["?cursor=nonsense", "invalid-cursor"],
    ["?cursor=", "invalid-cursor"],
    ["?cursor=1-job_1%27;DROP TABLE jobs", "invalid-cursor"],
    ["?status=ready", "invalid-option"],
    ["?limit=0", "invalid-option"],
    ["?limit=101", "invalid-option"],
    ["?limit=ten", "invalid-option"],
    ["?order=up", "unknown-option"],
  ])("refuses %s", async (query, slug) => {
    const response = await listing.app.request(`/v1/jobs${query}`);
    expect(await problemOf(response)).toMatchObject({ type: `/problems/${slug}`, status: 422 });
  });
});
