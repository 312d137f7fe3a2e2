/** The flags of Node with which `npm run serve` starts the server. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Those of a checkout, from its package.json. */
export function serveFlags(checkout: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));
  const words: string[] = scripts.serve.split(" ");
  return words.filter((word) => word.startsWith("--"));
}
