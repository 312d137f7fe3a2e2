/** Flags that say where a service is, and the key to it. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Scope } from "../../keys/table.ts";

/** Adds `--url` and `--key`. */
export function addServiceOptions(
  command: Command,
  { isRequired, scope }: { readonly isRequired: boolean; readonly scope: Scope },
): Command {
  const url = new Option("--url <url>", "address of the service, such as http://localhost:8787");
  return command
    .addOption(url.argParser(parseUrl).makeOptionMandatory(isRequired))
    .addOption(
      new Option("--key <key>", `API key of scope ${scope}; an open service needs none`).env(
        "UNDERTONE_KEY",
      ),
    );
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new InvalidArgumentError("It has to begin with http:// or https://.");
}
