/** Fails when an import points the wrong way, between the rooms of src/ or within one, and when files import each other in a circle. Over 150 lines: one table of rules and its check. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, posix, sep } from "node:path";
import { parseAst } from "vitest/node";

/** Files right under src/ that every room may import. */
const COMMON = [
  "errors",
  "failure",
  "breathe",
  "bytes",
  "log",
  "once",
  "deadline",
  "remember",
  "ledger",
  "reused-memory",
  "fill-from",
  "copying-stream",
];
/** Rooms that know of bytes, rows and numbers, and of no request. */
const STORAGE = ["store", "database", "queue", "outbound", "keys", "crypto"];
const TASK_ROOMS = ["tasks", "formats", "results", "audio", "model", "crypto"];
const INNER = [
  ...TASK_ROOMS,
  ...STORAGE,
  "jobs",
  "hooks",
  "webhooks",
  "speakers",
  "telemetry",
  "platform",
];

/** Which rooms each room may import besides itself and `COMMON`: a folder or a file right under src/, or build/, which is generated. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  failure: [],
  breathe: [],
  bytes: [],
  log: [],
  once: [],
  deadline: [],
  remember: [],
  ledger: [],
  "reused-memory": [],
  "fill-from": [],
  "copying-stream": [],
  crypto: [],
  charts: [],
  audio: ["crypto", "build"],
  model: ["crypto", "build", "kernels"],
  store: [],
  database: [],
  outbound: [],
  queue: ["crypto", "database"],
  keys: ["crypto", "database"],
  formats: ["audio", "model", "results"],
  results: ["audio", "model", "crypto", "database", "store"],
  tasks: ["audio", "model", "formats", "results", "crypto"],
  webhooks: ["crypto", "database", "outbound", "queue"],
  jobs: [...TASK_ROOMS, ...STORAGE, "webhooks", "telemetry"],
  hooks: ["crypto", "database", "outbound", "jobs"],
  speakers: ["crypto", "database", "model"],
  telemetry: ["crypto"],
  regions: ["keys", "model"],
  platform: ["audio", "model", "jobs", "telemetry", ...STORAGE],
  "self-test": INNER,
  http: ["self-test", ...INNER],
  app: ["http", ...INNER],
  background: ["self-test", ...INNER],
  functions: ["app", "background", "http", "regions", ...INNER],
  browser: ["audio", "model", "store", ...TASK_ROOMS],
  client: ["build"],
  cli: ["charts", "models", "package.json", "regions", "self-test", ...INNER],
};

const CHOOSES_PLATFORM = ["functions", "cli", "platform"];
const CHOSEN_PLATFORM = /^src\/platform\/(cloudflare|node)\//;

/** Folders of a room that only some of its folders may import. */
const SUBROOMS = [
  {
    of: /^src\/audio\/codecs\//,
    mayNot: /^src\/audio\/(containers|detect|clip|resample)\//,
    rule: "codecs know of no container",
  },
  {
    of: /^src\/audio\/(bytes|pcm|resample)\//,
    mayNot: /^src\/audio\/(containers|codecs|detect|clip)\//,
    rule: "bytes and samples know of no file format",
  },
  {
    of: /^src\/model\/(backend|heads|pack)\//,
    mayNot: /^src\/model\/(checkpoint|build|probe|accuracy)\//,
    rule: "what runs a pack knows nothing of building one",
  },
  {
    of: /^src\/model\/(checkpoint|build)\//,
    mayNot: /^src\/model\/(probe|accuracy)\//,
    rule: "building knows nothing of measuring",
  },
  {
    of: /^src\/http\/(access|answer|middleware|request)\//,
    mayNot:
      /^src\/http\/(audio|batches|classifications|comparisons|diarizations|embeddings|features|hooks|hugging-face|jobs|mcp|models|identifications|packs|regions|self-test|service|speakers|transcriptions|webhooks)\//,
    rule: "what resources share knows of none of them",
  },
];

/** Packages that files must not import; `except` names the files that may. */
const FORBIDDEN_PACKAGES = [
  { files: /^src\/(audio|model)\//, packages: /^(@?hono\b|@?cloudflare[:/])/ },
  {
    files: /^src\/(audio|model)\//,
    packages: /^node:/,
    except: /^src\/(model\/(checkpoint|backend\/node)\/|audio\/codecs\/wasm\/node)/,
  },
  { files: /^src\/(http|tasks|formats|results)\//, packages: /^(onnxruntime-|node:)/ },
];

/** Checks every .ts file under functions/ and src/ of `root` and returns one sentence for each wrong import and each circle. */
export async function checkImports(root: string): Promise<string[]> {
  const files = (
    await Promise.all(["functions", "src"].map((top) => filesBelow(root, top)))
  ).flat();
  const imports = new Map(
    await Promise.all(
      files.sort().map(async (file) => {
        return [file, importsOf(await readFile(join(root, file), "utf8"), file)] as const;
      }),
    ),
  );
  const complaints = [...imports].flatMap(([file, specifiers]) =>
    specifiers.map((specifier) => complaintAbout(file, specifier)),
  );
  return [...complaints.filter((complaint) => complaint !== null), ...circlesOf(imports)];
}

function complaintAbout(file: string, specifier: string): string | null {
  const from = roomOf(file);
  if (!specifier.startsWith(".")) {
    const broken = FORBIDDEN_PACKAGES.some(
      ({ files, packages, except }) =>
        files.test(file) && packages.test(specifier) && !except?.test(file),
    );
    return broken
      ? `${file} imports ${specifier}, which code under src/${from}/ must not know of.`
      : null;
  }
  const target = targetOf(file, specifier);
  const to = roomOf(target);
  const allowed = [...COMMON, ...(MAY_IMPORT[from] ?? [])];
  if (from !== to && !(from in MAY_IMPORT && allowed.includes(to))) {
    return `${file} imports ${target}: ${from} must not import ${to}.`;
  }
  if (CHOSEN_PLATFORM.test(target) && !CHOOSES_PLATFORM.includes(from)) {
    return `${file} imports ${target}: only functions and cli choose a platform.`;
  }
  const broken = SUBROOMS.find(({ of, mayNot }) => of.test(file) && mayNot.test(target));
  return broken === undefined ? null : `${file} imports ${target}: ${broken.rule}.`;
}

function targetOf(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier);
}

function roomOf(file: string): string {
  const [top = "", name = ""] = file.split("/");
  return top === "src" ? name.replace(/\.ts$/, "") : top;
}

/** One sentence for each circle of files, found where a walk along imports comes back to a file that it is still in. */
function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const complaints: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const walk = (file: string) => {
    const begun = path.indexOf(file);
    if (begun >= 0) complaints.push(`${path.slice(begun).join(" → ")} → ${file} is a circle.`);
    if (begun >= 0 || done.has(file)) return;
    path.push(file);
    for (const specifier of imports.get(file) ?? []) {
      if (specifier.startsWith(".")) walk(targetOf(file, specifier));
    }
    path.pop();
    done.add(file);
  };
  for (const file of imports.keys()) walk(file);
  return complaints;
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
