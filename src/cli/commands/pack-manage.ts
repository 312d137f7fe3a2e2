/** `undertone pack list`, `default` and `remove`: installed packs and the default model. */
import type { Command } from "commander";
import { UndertoneError } from "../../errors.ts";
import { defaultModelMissing } from "../../model/pack/default-model.ts";
import { type PackManifest, packBlobs } from "../../model/pack/manifest.ts";
import type { PackBucket } from "../bucket/bucket.ts";
import { type BucketFlags, withBucketFlags, withPackBucket } from "../options/bucket-flags.ts";
import { chooseDefault, readOnlyRegistry, removePack } from "../packs/installed.ts";

/** Adds `list`, `default` and `remove` to the `pack` command. */
export function registerPackManagement(packCommand: Command): void {
  withBucketFlags(packCommand.command("list").description("list the installed packs")).action(
    (flags: BucketFlags) => withPackBucket(flags, listPacks),
  );

  withBucketFlags(
    packCommand
      .command("default")
      .description("set or show the default model, used by requests without a model")
      .argument("[id]", "model id as listed by 'pack list'"),
  ).action((id: string | undefined, flags: BucketFlags) =>
    withPackBucket(flags, (bucket) =>
      id === undefined ? showDefault(bucket) : changeDefault(bucket, id),
    ),
  );

  withBucketFlags(
    packCommand
      .command("remove")
      .description("remove a pack; a running service stops finding it")
      .argument("<id>", "model id as listed by 'pack list'"),
  ).action((id: string, flags: BucketFlags) =>
    withPackBucket(flags, async ({ name, store, configuredDefault }) => {
      const { blobsDeleted, blobsKept, isLast } = await removePack(store, id, configuredDefault);
      const outlook = isLast
        ? " It was the last one; the next to be installed is the default."
        : "";
      console.log(
        `Removed ${id} from ${name}: ${blobsDeleted} blobs deleted, ${blobsKept} kept for other packs.${outlook}`,
      );
    }),
  );
}

async function listPacks({ name, store, configuredDefault }: PackBucket): Promise<void> {
  const registry = readOnlyRegistry(store, configuredDefault);
  const [{ packs, unusable }, defaultId] = [await registry.list(), await registry.defaultId()];
  for (const { manifest } of packs) {
    console.log(`${describe(manifest)}${manifest.id === defaultId ? " default" : ""}`);
  }
  for (const { id, reason } of unusable) {
    console.log(`${id} unusable${id === defaultId ? " default" : ""}: ${reason}`);
  }
  const ids = [...packs.map(({ manifest }) => manifest.id), ...unusable.map(({ id }) => id)];
  if (ids.length === 0) console.error(`No pack is installed in ${name}.`);
  else if (defaultId !== null && !ids.includes(defaultId))
    console.error(defaultModelMissing(defaultId, ids).message);
}

async function showDefault({ store, configuredDefault }: PackBucket): Promise<void> {
  const { manifest } = await readOnlyRegistry(store, configuredDefault).find();
  console.log(manifest.id);
}

async function changeDefault(
  { name, store, configuredDefault }: PackBucket,
  id: string,
): Promise<void> {
  if (configuredDefault !== "" && configuredDefault !== id) {
    throw new UndertoneError(
      "invalid-option",
      `DEFAULT_MODEL in wrangler.toml is ${configuredDefault} and takes precedence: leave it empty, or set it to ${id}, and deploy again.`,
      { option: "id" },
    );
  }
  await chooseDefault(store, id);
  console.log(`The default model of ${name} is ${id}.`);
}

function describe(manifest: PackManifest): string {
  const bytes = packBlobs(manifest).reduce((sum, blob) => sum + blob.bytes, 0);
  const details = {
    precision: manifest.precision,
    size: `${(bytes / 1e6).toFixed(1)}MB`,
    weights: manifest.weights,
    head: manifest.heads[0]?.kind ?? "none",
    source: manifest.provenance.source,
  };
  const words = Object.entries(details).map(([key, value]) => `${key}=${value}`);
  return `${manifest.id} ${words.join(" ")}`;
}
