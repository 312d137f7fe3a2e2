/** Writes measured tables into docs/performance.md, between the markers of their section. */
import { readFileSync, writeFileSync } from "node:fs";

const REPORT = new URL("../docs/performance.md", import.meta.url);

/** Replaces what stands between `<!-- <section>:begin -->` and `<!-- <section>:end -->`. */
export function replaceSection(section: string, text: string): void {
  const begin = `<!-- ${section}:begin -->`;
  const end = `<!-- ${section}:end -->`;
  const report = readFileSync(REPORT, "utf8");
  const from = report.indexOf(begin);
  const to = report.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no section '${section}'`);
  const before = report.slice(0, from + begin.length);
  writeFileSync(REPORT, `${before}\n${text}\n${report.slice(to)}`);
}
