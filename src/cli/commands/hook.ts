/** `undertone hook`: creates, lists and deletes inbound webhooks. */
import { type Command, Option } from "commander";
import { UndertoneError } from "../../errors.ts";
import type { Hook } from "../../hooks/hook.ts";
import { PROOF_KINDS } from "../../hooks/proofs/proof.ts";
import { deleteHook, insertHook, listHooks } from "../../hooks/table.ts";
import { requireSigningSecret } from "../../webhooks/secrets.ts";
import { type DatabaseFlags, withDatabase, withDatabaseFlags } from "../options/database-flags.ts";
import { type HookFlags, readHookConfig } from "../options/hook-config.ts";

/** Adds the command `hook` with `create`, `list` and `delete`. */
export function registerHook(program: Command): void {
  const hook = program.command("hook").description("make jobs of other services' webhooks");

  withDatabaseFlags(
    hook
      .command("create")
      .description("take webhooks at /v1/hooks/<name>")
      .argument("<name>", "letters a to z, digits and hyphens")
      .addOption(
        new Option("--verify <kind>", "how requests prove where they come from")
          .choices(PROOF_KINDS)
          .makeOptionMandatory(),
      )
      .addOption(
        new Option(
          "--secret <secret...>",
          "what they are signed with, several while it is rotated; left out, a new one is made",
        ).env("UNDERTONE_HOOK_SECRET"),
      )
      .option("--header <name>", "where a github, stripe or secret hook finds its proof")
      .option("--url <url>", "the hook's address as Twilio has it, if requests come by another")
      .option("--audio-url <pointer>", "JSON Pointer to the clip's URL in the JSON or form")
      .option("--audio-base64 <pointer>", "JSON Pointer to the clip itself, in base64")
      .option("--id <pointer>", "JSON Pointer to what names the event (default: by the signature)")
      .option("--option <name=value...>", "options of the job, as in POST /v1/features")
      .option("--callback-url <url>", "where the job's end is told")
      .option("--owner <name>", "the name of the keys that see its jobs (default: all keys)"),
  ).action(async (name: string, flags: HookFlags & DatabaseFlags) => {
    console.log(await createHook(name, flags));
  });

  withDatabaseFlags(hook.command("list").description("show all hooks, without secrets")).action(
    async (flags: DatabaseFlags) => {
      const hooks = await withDatabase(flags, listHooks);
      console.log(hooks.length === 0 ? "There are no hooks." : hooks.map(describe).join("\n"));
    },
  );

  withDatabaseFlags(
    hook.command("delete").description("take no more webhooks").argument("<name>"),
  ).action(async (name: string, flags: DatabaseFlags) => {
    const isDeleted = await withDatabase(flags, (database) => deleteHook(database, name));
    if (!isDeleted) throw new UndertoneError("unknown-hook", `There is no hook ${name}.`);
    console.log(`Deleted the hook ${name}.`);
  });
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
function describe({ name, verification, secrets, audio, idPointer, ...hook }: Hook): string {
  const { kind, ...proof } = verification;
  const details = {
    ...proof,
    secrets: secrets.length,
    [audio.holds === "url" ? "audio-url" : "audio-base64"]: audio.pointer,
    id: idPointer,
    ...hook.options,
    "callback-url": hook.callbackUrl,
    owner: hook.owner,
    created: new Date(hook.createdAt).toISOString(),
  };
  const given = Object.entries(details).filter(([, value]) => value !== null);
  return `${name} ${kind} ${given.map(([key, value]) => `${key}=${value}`).join(" ")}`;
}
