import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";

const REPOSITORY = join(import.meta.dirname, "../..");

/** Every page for people: those of the root, and those of docs/, docs/guides/ and bench/. */
const PAGES = ["", "docs", "docs/guides", "bench"].flatMap((folder) =>
  readdirSync(join(REPOSITORY, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);

it.each(PAGES)("%s links to files and headings that exist", (page) => {
  const broken = localLinks(page).filter(({ path, anchor }) => {
    if (!existsSync(join(REPOSITORY, path))) return true;
    return anchor !== "" && !anchors(path).has(anchor);
  });
  expect(broken).toEqual([]);
});

it("every page of docs/ can be reached from the README", () => {
  const reached = new Set<string>();
  const open = ["README.md"];
  for (let page = open.pop(); page !== undefined; page = open.pop()) {
    if (reached.has(page)) continue;
    reached.add(page);
    for (const { path } of localLinks(page)) if (path.endsWith(".md")) open.push(path);
  }
  expect(PAGES.filter((page) => page.startsWith("docs/") && !reached.has(page))).toEqual([]);
});

interface Link {
  readonly path: string;
  readonly anchor: string;
}

/** The links of a page within the repository, as paths from its root. */
function localLinks(page: string): Link[] {
  const targets = [...text(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] as string);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = "", anchor = ""] = target.split("#");
      const path = file === "" ? page : join(dirname(page), file);
      return { path: relative(".", path), anchor };
    });
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(page: string): Set<string> {
  return new Set(
    [...text(page).matchAll(/^#+ (.+)$/gm)].map((match) =>
      (match[1] as string)
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\- ]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

function text(page: string): string {
  return readFileSync(join(REPOSITORY, page), "utf8");
}
