/** The options of `npm run bench:recordings`. */
import { Command, Option } from "commander";
import { wholeNumber } from "../options.ts";

/** Parsed from the command line. */
export const flags = new Command("bench:recordings")
  .description("a long recording as a job: its bytes, its time, and its windows under kills")
  .option("--minutes <n>", "how long it is", wholeNumber, 60)
  .option("--silent", "it has zeros, and nothing else")
  .option(
    "--model <source>",
    "a golden model, or what pack build takes, such as synthetic:base-plus",
    "tiny-group",
  )
  .option("--layer <n>", "whose frames, and whose mean, are computed", wholeNumber, 2)
  .option(
    "--whole <file>",
    "keeps what the command line gives, for other runs on the same recording",
  )
  .option("--only <what>", "frames or mean; both without it")
  .option(
    "--consumers <n>",
    "isolates of workerd that compute; the memory of each is watched",
    Number,
    0,
  )
  .option("--unwatched", "do not watch it, which takes time")
  .option(
    "--kills <n>",
    "how often the service is killed, over as many jobs as it takes",
    Number,
    0,
  )
  .option(
    "--longest-life <ms>",
    "by when a service is killed; longer than a lease of 5 s and several windows",
    wholeNumber,
    20_000,
  )
  .option("--short <n>", "short jobs behind it, which are all that is waited for", Number, 0)
  .addOption(
    new Option("--runtime <name>", "what computes").choices(["node", "workerd"]).default("node"),
  )
  .parse()
  .opts<{
    minutes: number;
    silent?: boolean;
    model: string;
    layer: number;
    whole?: string;
    only?: string;
    consumers: number;
    unwatched?: boolean;
    kills: number;
    longestLife: number;
    short: number;
    runtime: "node" | "workerd";
  }>();
