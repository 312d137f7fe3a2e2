/** The licence in a checkpoint's README. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The `license:` of the front matter of README.md in `directory`, or `unknown`. */
export async function readLicence(directory: string): Promise<string> {
  const card = await readFile(join(directory, "README.md"), "utf8").catch(() => "");
  return parseLicence(card);
}

/** The `license:` of a model card's front matter (its `license_name` where that is `other`), or `unknown`. */
export function parseLicence(card: string): string {
  const frontMatter = /^---\r?\n(.*?)\r?\n---/s.exec(card)?.[1] ?? "";
  const licence = scalar(frontMatter, "license");
  return (
    (licence === "other" ? scalar(frontMatter, "license_name") : licence) || licence || "unknown"
  );
}

function scalar(frontMatter: string, key: string): string | undefined {
  return new RegExp(`^${key}:[ \\t]*["']?([^"'\\r\\n#]+?)["']?[ \\t]*(#.*)?$`, "m")
    .exec(frontMatter)?.[1]
    ?.trim();
}
