/** The licences of Scalar's script and of the packages that it contains, as a text that is served beside it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bundled, BundledPackages } from "./list-bundled.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const SOURCES = join(REPOSITORY, "site/docs");

/** Where each licence's text is: of Scalar MIT's, of packages that are installed anyway, or ours. */
const TEXTS = {
  MIT: "node_modules/@scalar/fastify-api-reference/LICENSE",
  "Apache-2.0": "node_modules/@opentelemetry/api/LICENSE",
  ISC: "node_modules/yaml/LICENSE",
  "BSD-3-Clause": "node_modules/@protobufjs/base64/LICENSE",
  "BSD-2-Clause": "site/docs/bsd-2-clause.txt",
} as const satisfies Readonly<Record<string, string>>;

/** Reads what the script contains. */
export async function readBundled(): Promise<Bundled> {
  return JSON.parse(await readFile(join(SOURCES, "bundled.json"), "utf8"));
}

/** Writes the text: whose each package is, and then each licence once. */
export async function scalarLicences(): Promise<string> {
  const { bundled, map } = await readBundled();
  const scalar = await readFile(join(REPOSITORY, TEXTS.MIT), "utf8");
  const licences = [...new Set(bundled.map(({ licence }) => licence))];
  const texts = await Promise.all(licences.map(textOf));
  return [
    `The script of this page is Scalar's API reference: MIT\n${/^Copyright.*$/m.exec(scalar)?.[0]}`,
    `It contains the following packages, as the source map of its version ${map} lists them. The texts of their licences are below.`,
    ...bundled.map(describe),
    ...licences.map((licence, index) => `${"=".repeat(80)}\n${licence}\n\n${texts[index]}`),
  ].join("\n\n");
}

function describe({ licence, copyright, packages }: BundledPackages): string {
  return [`${packages.join(", ")}: ${licence}`, ...copyright].join("\n");
}

/** The text without the lines that say whose the package is from which it is read. */
async function textOf(licence: string): Promise<string> {
  const place = (TEXTS as Readonly<Record<string, string>>)[licence];
  if (place === undefined)
    throw new Error(`scripts/site/scalar-licences.ts has no text of ${licence}.`);
  const text = await readFile(join(REPOSITORY, place), "utf8");
  const own = /^(MIT License|Copyright (?!notice|\[yyyy\]).*|All rights reserved\.?)$/i;
  const lines = text.split("\n").filter((line) => !own.test(line.trim()));
  return `${lines.join("\n").trim()}\n`;
}
