import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runUndertone } from "../../support/cli/undertone.ts";
import { query } from "../../support/duckdb.ts";
import { readNpy } from "../../support/http/answer-readers.ts";
import { COMMAND, keptRows, makeWorkplace, type Workplace } from "./extraction.ts";

let place: Workplace;
beforeAll(async () => {
  place = await makeWorkplace();
  await place.write("clips/b.wav", "clips/sub/a.wav", "clips/c.wav");
  await writeFile(join(place.directory, "clips/notes.txt"), "no clip");
});
afterAll(() => place.remove());

const at = (name: string) => join(place.directory, name);

/** The numbers that `undertone features` writes. */
async function featuresOf(clip: string, ...more: string[]) {
  const out = at("one.npy");
  const args = ["features", clip, "--pack", "pack", "--out", out, ...more];
  await runUndertone(args, place.directory);
  return readNpy(new Uint8Array(await readFile(out)));
}

describe("undertone extract to parquet", () => {
  it("has a row for each clip of a folder, in the order of their paths, as DuckDB reads it", async () => {
    const result = await place.extract("clips", "--out", "vectors.parquet", "--pool", "mean");
    expect(result).toMatchObject({
      status: 0,
      stdout: "vectors.parquet: 3 clips by tiny-group-fp32\n",
      stderr: "3 clips, files of other endings: 1.\n",
    });
    const rows = await query(`SELECT * FROM '${at("vectors.parquet")}'`);
    expect(rows.map(({ path }) => path)).toEqual(["b.wav", "c.wav", "sub/a.wav"]);
    expect(Object.keys(rows[0] as object)).toEqual([
      "path",
      "seconds",
      "frames",
      "warnings",
      "hidden_states.3",
    ]);
    const { values } = await featuresOf("clips/sub/a.wav", "--pool", "mean");
    expect(rows[2]).toMatchObject({ seconds: 0.07, frames: 3, "hidden_states.3": values });
  });

  it("has frames as lists of numbers, in half precision too", async () => {
    for (const dtype of ["f32", "f16"]) {
      await place.extract(
        "clips",
        "--out",
        `${dtype}.parquet`,
        "--dtype",
        dtype,
        "--layers",
        "0,3",
      );
      const [row] = await query(`SELECT * FROM '${at(`${dtype}.parquet`)}'`);
      const { values, shape } = await featuresOf("clips/b.wav", "--dtype", dtype);
      const frames = row?.["hidden_states.3"] as number[][];
      expect([frames.length, frames[0]?.length]).toEqual(shape);
      expect(frames.flat()).toEqual(values);
      expect(row?.["hidden_states.0"]).toHaveLength(frames.length);
    }
  });

  it("says by which model and pooling it was made", async () => {
    const sql = `SELECT decode(value) AS value FROM parquet_kv_metadata('${at("vectors.parquet")}')`;
    const [{ value } = {}] = await query(sql);
    expect(JSON.parse(value as string)).toMatchObject({
      model: { id: "tiny-group-fp32" },
      pool: "mean",
      frame_stride_seconds: 0.02,
    });
  });
});

describe("an output that exists", () => {
  it("is left alone without --overwrite", async () => {
    await writeFile(at("there.parquet"), "precious");
    const refused = await place.extract("clips", "--out", "there.parquet");
    expect(refused).toMatchObject({
      status: 1,
      stderr:
        "invalid-option: there.parquet exists: replace it with --overwrite, or name another --out.\n",
    });
    expect((await place.extract("clips", "--out", "there.parquet", "--resume")).status).toBe(0);
    expect(await readFile(at("there.parquet"), "utf8")).toBe("precious");
    expect((await place.extract("clips", "--out", "there.parquet", "--overwrite")).status).toBe(0);
    expect(await query(`SELECT path FROM '${at("there.parquet")}'`)).toHaveLength(3);
  });
});

describe("a clip that fails", () => {
  it("stops the run, or with --continue-on-error is reported and left out", async () => {
    await place.write("faulty/a.wav", "faulty/c.wav");
    await writeFile(at("faulty/b.wav"), "no audio");
    const stopped = await place.extract("faulty", "--out", "faulty.parquet");
    expect(stopped.status).toBe(1);
    expect(stopped.stderr).toContain("b.wav: ");
    expect(stopped.stderr).toContain("1 clip failed, listed in faulty.parquet.failures.jsonl.");
    const begun = await place.extract("faulty", "--out", "faulty.parquet");
    expect(begun.stderr).toContain("was begun before");
    const args = ["faulty", "--out", "faulty.parquet", "--resume", "--continue-on-error"];
    expect(await place.extract(...args)).toMatchObject({
      status: 2,
      stdout: "faulty.parquet: 2 clips by tiny-group-fp32\n",
    });
    const report = await readFile(at("faulty.parquet.failures.jsonl"), "utf8");
    expect(JSON.parse(report)).toMatchObject({ path: "b.wav", slug: "not-audio" });
    await place.write("faulty/b.wav");
    expect((await place.extract(...args)).status).toBe(0);
    expect(await query(`SELECT path FROM '${at("faulty.parquet")}'`)).toHaveLength(3);
    await expect(readFile(at("faulty.parquet.failures.jsonl"))).rejects.toThrow("ENOENT");
  });
});

describe("a disk that is full", () => {
  it("ends the run with what was computed kept", async () => {
    // A file that may not grow is refused as one for which there is no room: by the system, in the middle of a write.
    const command = `trap '' XFSZ; ulimit -f 16; exec "$@"`;
    await mkdir(at("many"), { recursive: true });
    await place.write(...Array.from({ length: 40 }, (_, index) => `many/${index}.wav`));
    const args = ["extract", "many", "--pack", "pack", "--out", "full.parquet"];
    const run = promisify(execFile)(
      "bash",
      ["-c", command, "bash", process.execPath, COMMAND, ...args],
      { cwd: place.directory },
    );
    await expect(run).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/kept in full\.parquet\.parts: go on with --resume\.\nEFBIG/),
    });
    expect(await keptRows(at("full.parquet.parts"))).toBe(40);
    expect((await place.extract("many", "--out", "full.parquet", "--resume")).status).toBe(0);
    expect(await query(`SELECT path FROM '${at("full.parquet")}'`)).toHaveLength(40);
  });
});
