import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { query } from "../../support/duckdb.ts";
import { chirp } from "../../support/http/service.ts";
import { keptRows, makeWorkplace, type Workplace } from "./extraction.ts";

/** A test on CI is short; CONTRIBUTING.md says when to take more. */
const CLIPS = Number(process.env.UNDERTONE_CLIPS ?? 60);

let place: Workplace;
beforeAll(async () => {
  place = await makeWorkplace();
  await place.write(...Array.from({ length: CLIPS }, (_, index) => `clips/${index}.wav`));
});
afterAll(() => place.remove());

const read = (name: string) => readFile(join(place.directory, name));

/** Kills a run once it has kept so many rows. */
async function killAt(rows: number, ...args: string[]): Promise<void> {
  const run = place.start(...args);
  const ended = once(run, "exit");
  while ((await keptRows(join(place.directory, "killed.parquet.parts"))) < rows) await pause(1);
  run.kill("SIGKILL");
  await ended;
}

describe("a run that is killed", () => {
  it("gives after two kills the file of a run that was not", async () => {
    await killAt(CLIPS / 4, "clips", "--out", "killed.parquet");
    const first = await keptRows(join(place.directory, "killed.parquet.parts"));
    await killAt(Math.floor(CLIPS / 2), "clips", "--out", "killed.parquet", "--resume");
    const second = await keptRows(join(place.directory, "killed.parquet.parts"));
    expect(CLIPS / 4 <= first && first < second && second < CLIPS).toBe(true);
    const last = await place.extract("clips", "--out", "killed.parquet", "--resume");
    expect(last.status).toBe(0);
    expect(last.stderr).toContain(`${CLIPS} clips, ${second} there already.`);
    await place.extract("clips", "--out", "whole.parquet", "--workers", "1");
    expect((await read("killed.parquet")).equals(await read("whole.parquet"))).toBe(true);
    const [{ n } = {}] = await query(
      `SELECT count(DISTINCT path) AS n FROM '${join(place.directory, "killed.parquet")}'`,
    );
    expect(Number(n)).toBe(CLIPS);
    expect(await keptRows(join(place.directory, "killed.parquet.parts"))).toBe(0);
  }, 300_000);
});

describe("--resume", () => {
  it("computes clips that changed since, and rows that are not whole", async () => {
    await place.write("few/a.wav", "few/b.wav", "few/c.wav", "few/d.wav");
    await writeFile(join(place.directory, "few/d.wav"), "no audio");
    expect((await place.extract("few", "--out", "few.parquet")).status).toBe(1);
    await writeFile(join(place.directory, "few/d.wav"), chirp(900));
    await writeFile(join(place.directory, "few/a.wav"), chirp(16_000));
    expect(await place.extract("few", "--out", "few.parquet", "--resume")).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("4 clips, 2 there already."),
    });
    const sql = `SELECT path, frames FROM '${join(place.directory, "few.parquet")}'`;
    expect((await query(sql))[0]).toEqual({ path: "a.wav", frames: 49 });
  });

  it("refuses other options than those it was begun with", async () => {
    await place.write("odd/a.wav", "odd/b.wav");
    await writeFile(join(place.directory, "odd/b.wav"), "no audio");
    await place.extract("odd", "--out", "odd.parquet");
    const args = ["odd", "--out", "odd.parquet", "--pool", "mean"];
    const refused = await place.extract(...args, "--resume");
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("begin anew with --overwrite"),
    });
    const anew = await place.extract(...args, "--overwrite", "--continue-on-error");
    expect(anew.status).toBe(2);
  });
});
