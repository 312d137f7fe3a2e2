/** Makes build/client/api.ts: the types of the OpenAPI document, which the client is compiled against. */
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Platform } from "../src/platform/platform.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const TYPES = join(REPOSITORY, "build/client/api.ts");

/** Brings the types up to date; quick when they are newer than all of src/. */
export async function buildClientTypes(): Promise<void> {
  const [made, changed] = await Promise.all([modifiedMs(TYPES), lastChangeMs()]);
  if (made > changed) return;
  // Both take a second to load, which is saved where nothing has changed.
  const { openApiTypes } = await import("../test/typescript-5/openapi-types.ts");
  const types = await openApiTypes(await apiDocument());
  await mkdir(dirname(TYPES), { recursive: true });
  await writeFile(TYPES, types);
}

/** The OpenAPI document as JSON; routes are described without the services that they run on. */
async function apiDocument(): Promise<string> {
  const { createApp } = await import("../src/app.ts");
  const { openApiDocument } = await import("../src/http/service/openapi.ts");
  const { readSettings } = await import("../src/platform/settings.ts");
  const settings = readSettings({});
  return openApiDocument(createApp({ settings } as Platform));
}

async function lastChangeMs(): Promise<number> {
  const sources = join(REPOSITORY, "src");
  const entries = await readdir(sources, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".ts"));
  const times = files.map(({ parentPath, name }) => modifiedMs(join(parentPath, name)));
  return Math.max(...(await Promise.all(times)));
}

/** 0 if there is no such file. */
async function modifiedMs(file: string): Promise<number> {
  return await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

if (import.meta.main) await buildClientTypes();
