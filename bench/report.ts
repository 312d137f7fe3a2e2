/** Writes measured tables into the documents, between the markers of their section. */
import { readFileSync, writeFileSync } from "node:fs";

const DOCS = new URL("../docs/", import.meta.url);

/** Replaces what stands between `<!-- <section>:begin -->` and `<!-- <section>:end -->`. */
export function replaceSection(section: string, text: string, file = "performance.md"): void {
  const path = new URL(file, DOCS);
  const begin = `<!-- ${section}:begin -->`;
  const end = `<!-- ${section}:end -->`;
  const report = readFileSync(path, "utf8");
  const from = report.indexOf(begin);
  const to = report.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/${file} has no section '${section}'`);
  const before = report.slice(0, from + begin.length);
  writeFileSync(path, `${before}\n${text}\n${report.slice(to)}`);
}
