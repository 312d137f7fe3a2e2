/** Checkpoints as the community has them: those of test/fixtures/checkpoints, unpacked into directories that vanish. */
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { writePack } from "../../../src/model/build/write-pack.ts";
import type { Checkpoint } from "../../../src/model/checkpoint/checkpoint.ts";
import type { Engine } from "../../../src/model/engine/engine.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { nodeRegistry } from "../../../support/packs/tiny-pack.ts";
import { checkpointDirectory, fixture, temporaryDirectory } from "./files.ts";

/** What transformers gives of x16000. */
interface Expected {
  readonly logits?: readonly number[];
  readonly text?: string;
}

const EXPECTED: Readonly<Record<string, Expected>> = JSON.parse(
  await readFile(fixture("checkpoints/expected.json"), "utf8"),
);

/** A case of the folder: its directory, and what transformers gives of it. */
export async function communityCase(
  name: string,
): Promise<{ readonly directory: string } & Expected> {
  const directory = await temporaryDirectory();
  for (const file of await readdir(fixture(`checkpoints/${name}`))) {
    await unpack(`checkpoints/${name}/${file}`, directory);
  }
  return { directory, ...EXPECTED[name] };
}

/** The path of a file that somebody's trainer wrote, with the configs of a golden checkpoint beside it. */
export async function wrappedFile(name: string, golden: string): Promise<string> {
  const directory = await checkpointDirectory(golden, {});
  await unpack(`checkpoints/wrapped/${name}.zst`, directory);
  return join(directory, name);
}

async function unpack(file: string, directory: string): Promise<void> {
  const name = file.slice(file.lastIndexOf("/") + 1);
  if (!name.endsWith(".zst")) return cp(fixture(file), join(directory, name));
  const dictionary = await readFile(fixture("golden/tiny-group/model.safetensors"));
  const bytes = zstdDecompressSync(await readFile(fixture(file)), { dictionary });
  await writeFile(join(directory, name.slice(0, -".zst".length)), bytes);
}

/** An engine of the checkpoint in float32. */
export async function engineOf(checkpoint: Checkpoint): Promise<Engine> {
  const store = memoryStore();
  await writePack(checkpoint, { precision: "fp32", id: "built" }, new Map(), {
    put: (key, bytes) => store.put(key, bytes),
    manifestKey,
  });
  return nodeRegistry(store).open("built");
}
