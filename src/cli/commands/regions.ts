/** `undertone regions`: measures services from here. */
import { type Command, Option } from "commander";
import { countUpTo, parseServiceUrl } from "../options/parsers.ts";
import { type Reach, reachOf } from "../regions/measure.ts";
import { regionsTable } from "../regions/table.ts";

interface RegionsFlags {
  readonly key?: string;
  readonly model?: string;
  readonly rounds: number;
  readonly json?: boolean;
}

const MOST_ROUNDS = 100;

/** Adds the command `regions`. */
export function registerRegions(program: Command): void {
  program
    .command("regions")
    .description("measure services from here; the exit status is 1 if one does not answer")
    .argument("<url...>", "addresses of services that take the same key", addUrl)
    .addOption(
      new Option("--key <key>", "API key of scope features, sent to each of them").env(
        "UNDERTONE_KEY",
      ),
    )
    .option("--model <id>", "the model (default: that of the service)")
    .option(
      "--rounds <n>",
      "connections and warm clips to take medians of",
      countUpTo(MOST_ROUNDS),
      5,
    )
    .option("--json", "print what was measured as JSON")
    .action(async (urls: readonly URL[], { key, model, rounds, json }: RegionsFlags) => {
      const reaches: Reach[] = [];
      // One after the other: they would share the line from here.
      for (const url of urls) reaches.push(await reachOf(url, { key, model, rounds }));
      console.log(json ? JSON.stringify(reaches.map(written), null, 2) : regionsTable(reaches));
      if (reaches.some(({ error }) => error !== null)) process.exitCode = 1;
    });
}

/** As the API names such things. */
function written({ url, region, colo, error, ...times }: Reach) {
  const { connectMs, firstByteMs, firstClipMs, isFirstCold, warmClipMs } = times;
  return {
    ...{ url, region, colo, connect_ms: connectMs, first_byte_ms: firstByteMs },
    ...{ first_clip_ms: firstClipMs, first_cold: isFirstCold },
    ...{ warm_clip_ms: warmClipMs, error },
  };
}

function addUrl(text: string, before: readonly URL[] = []): URL[] {
  return [...before, parseServiceUrl(text)];
}
