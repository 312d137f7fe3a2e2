import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listTar } from "../../../src/cli/extract/sources/tar.ts";
import { UndertoneError } from "../../../src/errors.ts";
import { query } from "../../support/duckdb.ts";
import { makeWorkplace, type Workplace } from "./extraction.ts";

let place: Workplace;
beforeAll(async () => {
  place = await makeWorkplace();
  await place.write("clips/a.wav", "clips/b.wav", "clips/b,2.wav");
});
afterAll(() => place.remove());

const at = (name: string) => join(place.directory, name);
const rowsOf = (name: string) => query(`SELECT * EXCLUDE "hidden_states.3" FROM '${at(name)}'`);
const tar = (...args: string[]) => execFileSync("tar", args, { cwd: place.directory });

describe("a list", () => {
  it("names clips by paths relative to itself, and its other columns are carried along", async () => {
    const lines = ["label,path,note", 'yes,clips/b.wav,"a ""b"""', 'no,"clips/b,2.wav",'];
    await writeFile(at("list.csv"), lines.join("\r\n"));
    await place.extract("list.csv", "--out", "list.parquet");
    expect(await rowsOf("list.parquet")).toEqual([
      { path: "clips/b.wav", label: "yes", note: 'a "b"', seconds: 0.07, frames: 3, warnings: "" },
      { path: "clips/b,2.wav", label: "no", note: "", seconds: 0.09, frames: 4, warnings: "" },
    ]);
  });

  const REFUSED = [
    ["no column 'path'", "file,label\na.wav,x", "There is no column 'path'"],
    ["a clip twice", "path\na.wav\na.wav", "names a.wav twice"],
    ["a value too few", "path,label\na.wav", "Line 2 has 1 values for 2 columns"],
    ["a column of the output", "path,frames\na.wav,1", "has a column 'frames'"],
    ["no clip", "path\n", "has no clips"],
  ] as const;
  it.each(REFUSED)("with %s is refused", async (_, text, reason) => {
    await writeFile(at("refused.csv"), text);
    const { status, stderr } = await place.extract("refused.csv", "--out", "refused.parquet");
    expect([status, stderr]).toEqual([1, expect.stringContaining(reason)]);
    await expect(readFile(at("refused.parquet"))).rejects.toThrow("ENOENT");
  });
});

describe("a tar archive", () => {
  it.each(["ustar", "pax", "gnu"])(
    "of the format %s has the clips of its folder",
    async (format) => {
      const long = `clips/${"long ".repeat(30)}ü.wav`;
      const names = format === "ustar" ? [] : [long];
      await place.write(...names);
      tar(`--format=${format}`, "-cf", `${format}.tar`, "./clips/b.wav", "clips/a.wav", ...names);
      await place.extract(`${format}.tar`, "--out", `${format}.parquet`);
      const rows = await rowsOf(`${format}.parquet`);
      expect(rows.map(({ path }) => path)).toEqual(["clips/b.wav", "clips/a.wav", ...names]);
      expect(rows[0]).toMatchObject({ seconds: 0.07, frames: 3 });
    },
  );

  it("with links or paths out of it has them named, and its other clips computed", async () => {
    await symlink("/etc/passwd", at("clips/link.wav"));
    tar("-cPf", "unsafe.tar", "clips/a.wav", "clips/link.wav", "clips/../clips/b.wav");
    await rm(at("clips/link.wav"));
    const args = ["unsafe.tar", "--out", "unsafe.parquet", "--continue-on-error"];
    const { status, stderr } = await place.extract(...args);
    expect(status).toBe(2);
    expect(stderr).toContain("clips/link.wav of unsafe.tar is a link or a device");
    expect(stderr).toContain("clips/../clips/b.wav of unsafe.tar has a path that leaves");
    expect(await rowsOf("unsafe.parquet")).toHaveLength(1);
  });

  it("that is cut short or damaged is refused before anything is computed", async () => {
    tar("-cf", "short.tar", "clips/a.wav", "clips/b.wav");
    // A header and 1644 bytes of the one, which take four blocks, then the other's.
    const CUTS = [
      [4000, "clips/b.wav is cut short"],
      [2560, "its end is missing"],
    ] as const;
    for (const [length, reason] of CUTS) {
      await truncate(at("short.tar"), length);
      const short = await place.extract("short.tar", "--out", "short.parquet");
      expect([short.status, short.stderr]).toEqual([1, expect.stringContaining(reason)]);
    }
    await writeFile(at("noise.tar"), "no archive".repeat(200));
    const noise = await place.extract("noise.tar", "--out", "noise.parquet");
    expect(noise.stderr).toContain("noise.tar is no whole tar archive (no header");
  });

  it("with a member twice is refused", async () => {
    tar("-cf", "twice.tar", "clips/a.wav", "clips/a.wav");
    const { stderr } = await place.extract("twice.tar", "--out", "twice.parquet");
    expect(stderr).toContain("twice.tar names clips/a.wav twice");
  });

  it("of any bytes is listed within itself, or refused", async () => {
    tar("-cf", "good.tar", "clips/a.wav", "clips/b.wav");
    const good = await readFile(at("good.tar"));
    const folder = await mkdtemp(join(tmpdir(), "undertone-tar-"));
    const path = join(folder, "odd.tar");
    const damage = fc.array(fc.tuple(fc.nat(2047), fc.nat(255)), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(good.length), async (bytes, length) => {
        const odd = Buffer.from(good);
        for (const [index, byte] of bytes) odd[index] = byte;
        await writeFile(path, odd.subarray(0, length));
        const listed = await listTar(path, length).catch((error) => error);
        if (listed instanceof UndertoneError) return;
        for (const { range } of listed.clips) expect(range.end).toBeLessThanOrEqual(length);
      }),
      { numRuns: 200 },
    );
    await rm(folder, { recursive: true });
  });
});
