/** Flags that say where a service is, and the key to it. */
import { type Command, Option } from "commander";
import type { Scope } from "../../keys/table.ts";
import { parseServiceUrl } from "../options/parsers.ts";

/** Adds `--url` and `--key`. */
export function addServiceOptions(
  command: Command,
  { isRequired, scope }: { readonly isRequired: boolean; readonly scope: Scope },
): Command {
  const url = new Option("--url <url>", "address of the service, such as http://localhost:8787");
  return command
    .addOption(url.argParser(parseServiceUrl).makeOptionMandatory(isRequired))
    .addOption(
      new Option("--key <key>", `API key of scope ${scope}; an open service needs none`).env(
        "UNDERTONE_KEY",
      ),
    );
}
