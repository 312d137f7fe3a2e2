/** Fails when an import points the wrong way: functions → app, background → http → featurize → (audio, model, store, jobs). */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, posix, sep } from "node:path";
import { parseAst } from "vitest/node";

/** Files of their own right under src/, for every layer. */
const COMMON = ["errors", "breathe", "once", "digest"];
const CORE = ["audio", "model", "store", "jobs", ...COMMON];
const INNER = [...CORE, "features", "featurize", "platform"];

/** Which layers each layer may import besides itself: a folder or a file right under src/, or build/, which is generated. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  breathe: [],
  once: [],
  digest: [],
  charts: [],
  audio: [...COMMON, "build"],
  model: [...COMMON, "build"],
  store: [...COMMON],
  jobs: [...COMMON, "platform"],
  platform: ["audio", "model", "store", "jobs", ...COMMON],
  features: ["audio", "model"],
  featurize: ["features", ...CORE],
  http: INNER,
  app: ["http", ...INNER],
  background: ["http", ...INNER],
  functions: ["app", "background", "http", ...INNER],
  browser: INNER,
  cli: ["app", "charts", "http", "models", "package.json", ...INNER],
};

const CHOOSES_PLATFORM = ["functions", "cli", "platform"];
const CHOSEN_PLATFORM = /^src\/platform\/(cloudflare|node)[.-]/;

/** Packages that files must not import; `except` names the files that may. */
const FORBIDDEN_PACKAGES = [
  { files: /^src\/(audio|model)\//, packages: /^(@?hono\b|@?cloudflare[:/])/ },
  {
    files: /^src\/(audio|model)\//,
    packages: /^node:/,
    except: /^src\/(model\/(checkpoint\/|backend\/node)|audio\/codecs\/modules-node)/,
  },
  { files: /^src\/http\//, packages: /^(onnxruntime-|node:)/ },
];

/** Checks every .ts file under functions/ and src/ of `root` and returns one sentence for each wrong import. */
export async function checkImports(root: string): Promise<string[]> {
  const files = (
    await Promise.all(["functions", "src"].map((top) => filesBelow(root, top)))
  ).flat();
  const complaints = await Promise.all(
    files.sort().map(async (file) => {
      const imported = importsOf(await readFile(join(root, file), "utf8"), file);
      return imported.map((specifier) => complaintAbout(file, specifier));
    }),
  );
  return complaints.flat().filter((complaint) => complaint !== null);
}

function complaintAbout(file: string, specifier: string): string | null {
  const from = layerOf(file);
  if (!specifier.startsWith(".")) {
    const broken = FORBIDDEN_PACKAGES.some(
      ({ files, packages, except }) =>
        files.test(file) && packages.test(specifier) && !except?.test(file),
    );
    return broken
      ? `${file} imports ${specifier}, which code under src/${from}/ must not know of.`
      : null;
  }
  const target = posix.join(posix.dirname(file), specifier);
  const to = layerOf(target);
  if (from !== to && !MAY_IMPORT[from]?.includes(to)) {
    return `${file} imports ${target}: ${from} must not import ${to}.`;
  }
  if (CHOSEN_PLATFORM.test(target) && !CHOOSES_PLATFORM.includes(from)) {
    return `${file} imports ${target}: only functions and cli choose a platform.`;
  }
  return null;
}

function layerOf(file: string): string {
  const [top = "", name = ""] = file.split("/");
  return top === "src" ? name.replace(/\.ts$/, "") : top;
}

/** Every module a file names: imports and re-exports, of types too, and dynamic ones with a literal name. */
function importsOf(source: string, file: string): string[] {
  const found: string[] = [];
  const visit = (node: unknown) => {
    if (typeof node !== "object" || node === null) return;
    const name = "source" in node ? (node.source as { value?: unknown } | null)?.value : undefined;
    if (typeof name === "string") found.push(name);
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseAst(source, { lang: "ts" }, file));
  return found;
}

async function filesBelow(root: string, top: string): Promise<string[]> {
  const entries = await readdir(join(root, top), { recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.endsWith(".ts"))
    .map((entry) => join(top, entry).replaceAll(sep, "/"));
}

if (import.meta.main) {
  const complaints = await checkImports(dirname(import.meta.dirname));
  for (const complaint of complaints) console.error(complaint);
  process.exitCode = complaints.length > 0 ? 1 : 0;
}
