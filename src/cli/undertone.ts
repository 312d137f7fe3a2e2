/** The `undertone` command. */
import { Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { registerCalibrateThreshold } from "./commands/calibrate-threshold.ts";
import { registerCompare } from "./commands/compare.ts";
import { registerDoctor } from "./commands/doctor.ts";
import { registerExtract } from "./commands/extract.ts";
import { registerFeatures } from "./commands/features.ts";
import { registerHook } from "./commands/hook.ts";
import { registerJob } from "./commands/job.ts";
import { registerKey } from "./commands/key.ts";
import { registerBuild } from "./commands/pack-build.ts";
import { registerInstall } from "./commands/pack-install.ts";
import { registerPackManagement } from "./commands/pack-manage.ts";
import { registerVerify } from "./commands/pack-verify.ts";
import { registerXVectors } from "./commands/pack-xvectors.ts";
import { registerRegions } from "./commands/regions.ts";
import { registerTasks } from "./commands/tasks.ts";
import { sentenceOf } from "./output/sentence.ts";

/** The exit status that shells report for a program ended by SIGPIPE. */
const BROKEN_PIPE_STATUS = 141;

const program = new Command("undertone")
  .description("WavLM speech features, small and exact")
  .version(packageJson.version, "-V, --version", "print the version");
const pack = program.command("pack").description("build, install and choose model packs");

registerBuild(pack);
registerInstall(pack);
registerPackManagement(pack);
registerVerify(pack);
registerXVectors(pack);
registerFeatures(program);
registerExtract(program);
registerTasks(program);
registerCompare(program);
registerCalibrateThreshold(program);
registerKey(program);
registerHook(program);
registerJob(program);
registerDoctor(program);
registerRegions(program);

// The reader of standard output may close it early, as head does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(BROKEN_PIPE_STATUS);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  const sentence = sentenceOf(error);
  if (sentence === null) throw error;
  console.error(sentence);
  process.exitCode = 1;
}
