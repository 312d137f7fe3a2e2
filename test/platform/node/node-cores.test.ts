import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { availableCores, cgroupProcessors } from "../../../src/platform/node/cores.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "undertone-cores-"));
});
afterEach(() => rm(root, { recursive: true }));

/** A system as Linux shows it: a process's control group, and what each group allows. */
async function system(group: string, limits: Readonly<Record<string, string>>): Promise<void> {
  const files = Object.entries(limits).map(([path, limit]) => [
    join("sys/fs/cgroup", path, "cpu.max"),
    limit,
  ]);
  for (const [path, text] of [["proc/self/cgroup", `0::${group}\n`], ...files]) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), `${text}\n`);
  }
}

describe("the processors that a control group allows", () => {
  it.each([
    ["200000 100000", 2],
    ["150000 100000", 1.5],
    ["50000 100000", 0.5],
    ["max 100000", Infinity],
  ])("are the quotient of cpu.max %j", async (limit, processors) => {
    await system("/", { "/": limit });
    expect(cgroupProcessors(root)).toBe(processors);
  });

  it("are bounded by the groups above it too", async () => {
    await system("/kubepods/pod1/container", {
      "/kubepods": "800000 100000",
      "/kubepods/pod1": "300000 100000",
      "/kubepods/pod1/container": "max 100000",
    });
    expect(cgroupProcessors(root)).toBe(3);
  });

  it("are not bounded where there are no groups, or only ones of the old kind", async () => {
    expect(cgroupProcessors(root)).toBe(Infinity);
    await mkdir(join(root, "proc/self"), { recursive: true });
    await writeFile(join(root, "proc/self/cgroup"), "2:cpu,cpuacct:/docker/1\n");
    expect(cgroupProcessors(root)).toBe(Infinity);
  });
});

describe("available cores", () => {
  it("are whole, at least one, and no more than the machine's", () => {
    expect(Number.isInteger(availableCores())).toBe(true);
    expect(availableCores()).toBeGreaterThanOrEqual(1);
    expect(availableCores()).toBeLessThanOrEqual(availableParallelism());
  });
});
