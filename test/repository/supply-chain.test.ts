import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { productionTree } from "./production-tree.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(REPOSITORY, file), "utf8");
const tree = productionTree(REPOSITORY);

/** What MIT code may be installed with; a licence under which more is asked has to be allowed by name. */
const PERMISSIVE = ["Apache-2.0", "BSD-3-Clause", "ISC", "MIT", "Unlicense"];
const ALLOWED: Readonly<Record<string, string>> = { "codec-parser": "LGPL-3.0-or-later" };

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}
const locked = Object.entries<Locked>(JSON.parse(read("package-lock.json")).packages);
/** Packages of the registry, which the repository itself and what lies in it are not. */
const registered = locked.filter(([path, { link }]) => path.includes("node_modules/") && !link);

describe("docs/licences.md", () => {
  const document = read("docs/licences.md");
  const listed = new Map(
    [...document.matchAll(/^\| `([^`A-Z]+)` +\| ([^|]+?) +\|/gm)].map(([, name, license]) => [
      name,
      license,
    ]),
  );
  for (const [, name, license] of document.matchAll(/\| `([^`]+)` [\d.]+, ([^ |]+)/g)) {
    listed.set(name, license);
  }

  test("lists every package of production under its licence", () => {
    expect(tree.map(({ name }) => name)).toContain("codec-parser");
    const told = tree.map(({ name }) => [name, listed.get(name)]);
    expect(told).toEqual(tree.map(({ name, license }) => [name, license ?? "a known licence"]));
  });

  test("lists no package that is not installed for production", () => {
    const names = registered
      .filter(([, { dev }]) => !dev)
      .map(([path]) => path.split("node_modules/").at(-1));
    const codecs = /^(mpg123|flac|vorbis|opus|amr)$/;
    const packages = [...listed.keys()].filter((name = "") => !codecs.test(name));
    expect(packages.filter((name) => !names.includes(name))).toEqual([]);
  });
});

test("every package of production is under a licence that MIT code may use", () => {
  const others = tree.filter(({ license = "" }) => !PERMISSIVE.includes(license));
  expect(Object.fromEntries(others.map(({ name, license }) => [name, license]))).toEqual(ALLOWED);
});

describe("package-lock.json", () => {
  test("has an integrity of SHA-512 for every package that is installed", () => {
    const installed = registered.filter(([path]) => existsSync(join(REPOSITORY, path)));
    expect(installed.length).toBeGreaterThan(100);
    const unproven = installed.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"));
    expect(unproven.map(([path]) => path)).toEqual([]);
  });

  test("lacks it for nothing but optional packages of other systems", () => {
    const unproven = registered.filter(([, { integrity }]) => integrity === undefined);
    expect(unproven.filter(([, { optional }]) => !optional).map(([path]) => path)).toEqual([]);
  });

  test("names no registry", () => {
    const hosts = locked.filter(([, { resolved }]) => resolved?.includes("://"));
    expect(hosts.map(([path]) => path)).toEqual([]);
  });

  test("locks the packages of production that are installed, in the same versions", () => {
    const production = registered.filter(
      ([path, { dev, optional }]) => !dev && !(optional && !existsSync(join(REPOSITORY, path))),
    );
    const versions = production.map(([path, { version }]) => [path, version]);
    expect(tree.map(({ path, version }) => [path, version])).toEqual(versions);
  });
});

describe("npm run sbom", () => {
  const sbom = (...args: string[]) =>
    JSON.parse(
      execFileSync("npm", ["run", "--silent", "sbom", ...args], { cwd: REPOSITORY }).toString(),
    );

  test("prints the packages of production as CycloneDX, with licences and hashes", () => {
    const { bomFormat, specVersion, metadata, components } = sbom();
    expect([bomFormat, specVersion]).toEqual(["CycloneDX", expect.stringMatching(/^1\.\d$/)]);
    expect(metadata.component).toMatchObject({ name: "undertone", type: "application" });
    const told = new Map<string, { licenses: unknown; hashes: { alg: string; content: string }[] }>(
      components.map((component: { name: string; version: string }) => [
        `${component.name}@${component.version}`,
        component,
      ]),
    );
    for (const { path, name, version, license } of tree) {
      const component = told.get(`${name}@${version}`);
      expect(component?.licenses, name).toEqual([{ license: { id: license } }]);
      const integrity = registered.find(([place]) => place === path)?.[1].integrity;
      const [{ alg, content } = { alg: "", content: "" }] = component?.hashes ?? [];
      expect([alg, `sha512-${Buffer.from(content, "hex").toString("base64")}`], name).toEqual([
        "SHA-512",
        integrity,
      ]);
    }
  });

  test("lists no tool of development", () => {
    const names = sbom().components.map(({ name }: { name: string }) => name);
    for (const tool of ["vitest", "wrangler", "typescript-5", "@biomejs/biome"]) {
      expect(names).not.toContain(tool);
    }
  });

  test("prints SPDX on request", () => {
    const { spdxVersion, packages } = sbom("--", "--sbom-format", "spdx");
    expect(spdxVersion).toMatch(/^SPDX-2\./);
    expect(packages.map(({ name }: { name: string }) => name)).toContain("codec-parser");
  });
});
