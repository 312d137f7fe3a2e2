/** `undertone hook`: creates, lists and deletes inbound webhooks. */
import { type Command, Option } from "commander";
import { UndertoneError } from "../../errors.ts";
import type { Hook } from "../../hooks/hook.ts";
import { PROOF_KINDS } from "../../hooks/proofs/proof.ts";
import { deleteHook, type HookInfo, insertHook, listHooks } from "../../hooks/table.ts";
import { requireSigningSecret } from "../../webhooks/secrets.ts";
import { type DatabaseFlags, withDatabase, withDatabaseFlags } from "../options/database-flags.ts";
import { type HookFlags, readHookConfig } from "../options/hook-config.ts";

/** Adds the command `hook` with `create`, `list` and `delete`. */
export function registerHook(program: Command): void {
  const hook = program.command("hook").description("manage inbound webhooks, which create jobs");

  withDatabaseFlags(
    hook
      .command("create")
      .description("accept webhooks at /v1/hooks/<name>")
      .argument("<name>", "letters a to z, digits and hyphens")
      .addOption(
        new Option("--verify <kind>", "signature scheme of the requests")
          .choices(PROOF_KINDS)
          .makeOptionMandatory(),
      )
      .addOption(
        new Option(
          "--secret <secret...>",
          "signing secret; several during rotation (default: a new one is generated)",
        ).env("UNDERTONE_HOOK_SECRET"),
      )
      .option("--header <name>", "name of the signature header of a github, stripe or secret hook")
      .option(
        "--url <url>",
        "the hook's URL as configured at Twilio, if it differs from the requested one",
      )
      .option(
        "--audio-url <pointer...>",
        "JSON Pointer to the clip's URL in the JSON or form; two for task=comparison",
      )
      .option("--audio-base64 <pointer...>", "JSON Pointer to the clip itself, in base64")
      .option("--id <pointer>", "JSON Pointer to the event id (default: from the signature)")
      .option("--option <name=value...>", "options of the job, as in POST /v1/jobs")
      .option("--callback-url <url>", "URL that is notified when the job ends")
      .option("--owner <name>", "owner of its jobs, the --name of keys (default: all keys)"),
  ).action(async (name: string, flags: HookFlags & DatabaseFlags) => {
    console.log(await createHook(name, flags));
  });

  withDatabaseFlags(hook.command("list").description("list all hooks, without secrets")).action(
    async (flags: DatabaseFlags) => {
      const hooks = await withDatabase(flags, listHooks);
      console.log(hooks.length === 0 ? "There are no hooks." : hooks.map(describe).join("\n"));
    },
  );

  withDatabaseFlags(hook.command("delete").description("delete a hook").argument("<name>")).action(
    async (name: string, flags: DatabaseFlags) => {
      const isDeleted = await withDatabase(flags, (database) => deleteHook(database, name));
      if (!isDeleted) throw new UndertoneError("unknown-hook", `There is no hook ${name}.`);
      console.log(`Deleted the hook ${name}.`);
    },
  );
}

/** Stores a hook and returns the message to print. */
async function createHook(name: string, flags: HookFlags & DatabaseFlags): Promise<string> {
  const { config, newSecret } = readHookConfig(name, flags);
  const owner = flags.owner ?? null;
  const hook: Hook = { ...config, name, owner, createdAt: Date.now() };
  await withDatabase(flags, async (database) => {
    if (hook.callbackUrl !== null) await requireSigningSecret(database, owner, hook.createdAt);
    if (await insertHook(database, hook)) return;
    throw new UndertoneError(
      "invalid-option",
      `There is a hook ${name} already. Delete it first: 'undertone hook delete ${name}'.`,
      { option: "name" },
    );
  });
  const secret = newSecret === null ? "" : `\nIts secret, shown this once: ${newSecret}`;
  return `Created the hook ${name}: POST /v1/hooks/${name}${secret}`;
}

/** One line: everything but the secrets. */
function describe({
  name,
  verification,
  secretCount,
  audio,
  secondAudio,
  idPointer,
  ...hook
}: HookInfo): string {
  const { kind, ...proof } = verification;
  const details = {
    ...proof,
    secrets: secretCount,
    [audio.holds === "url" ? "audio-url" : "audio-base64"]: [audio, secondAudio]
      .flatMap((place) => place?.pointer ?? [])
      .join(","),
    id: idPointer,
    ...hook.options,
    "callback-url": hook.callbackUrl,
    owner: hook.owner,
    created: new Date(hook.createdAt).toISOString(),
  };
  const given = Object.entries(details).filter(([, value]) => value !== null);
  return `${name} ${kind} ${given.map(([key, value]) => `${key}=${value}`).join(" ")}`;
}
