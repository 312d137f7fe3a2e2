/** `undertone doctor`: tests a running service and says what is slow or broken, and what to do. */
import { type Command, Option } from "commander";
import { examine } from "../doctor/examine.ts";
import { table } from "../doctor/table.ts";
import { parseServiceUrl } from "../options/parsers.ts";

interface DoctorFlags {
  readonly key?: string;
  readonly json?: boolean;
}

/** Adds the command `doctor`. */
export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("test a running service; the exit status is 1 if something is broken")
    .argument("<url>", "address of the service, such as http://localhost:8787", parseServiceUrl)
    .addOption(
      new Option("--key <key>", "API key of scope self-test; an open service needs none").env(
        "UNDERTONE_KEY",
      ),
    )
    .option("--json", "print the findings as JSON")
    .action(async (url: URL, { key, json }: DoctorFlags) => {
      const diagnosis = await examine({ url, key, now: Date.now });
      console.log(json ? JSON.stringify(diagnosis, null, 2) : table(diagnosis));
      if (diagnosis.status === "broken") process.exitCode = 1;
    });
}
