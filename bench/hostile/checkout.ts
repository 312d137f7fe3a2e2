/** The checkout whose services are attacked: this one or another, with a tiny pack and a command line of its own. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const HERE = join(import.meta.dirname, "../..");
/** A model of random weights and two layers, so that what is measured is not the model. */
const TINY_CHECKPOINT = join(HERE, "test/fixtures/golden/tiny-group");

export interface Checkout {
  readonly directory: string;
  /** A folder of this run, which is deleted at its end. */
  readonly scratch: string;
  /** Directory of the installed pack. */
  readonly packs: string;
  /** Runs its command line and gives what that prints. */
  undertone(...args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

/** Installs and builds what a checkout needs, and makes it a pack. */
export async function openCheckout(path: string = HERE): Promise<Checkout> {
  const directory = resolve(path);
  await bootstrap(directory);
  const scratch = await mkdtemp(join(tmpdir(), "undertone-hostile-"));
  const { bin } = JSON.parse(await readFile(join(directory, "package.json"), "utf8"));
  const undertone = async (...args: readonly string[]) => {
    const command = [join(directory, bin.undertone), ...args];
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: directory });
    return stdout.trim();
  };
  const built = join(scratch, "built");
  const packs = join(scratch, "packs");
  await undertone("pack", "build", TINY_CHECKPOINT, "--precision", "q8", "--out", built);
  await undertone("pack", "install", built, "--directory", packs);
  const remove = () => rm(scratch, { recursive: true, force: true });
  return { directory, scratch, packs, undertone, remove };
}

async function bootstrap(directory: string): Promise<void> {
  const script = join(directory, "scripts/bootstrap.mjs");
  const child = spawn(process.execPath, [script], { cwd: directory, stdio: ["ignore", 2, 2] });
  const [status] = await once(child, "exit");
  if (status !== 0) throw new Error(`${script} ended with ${status}`);
}
