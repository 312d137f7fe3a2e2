/** Entry of npm's scripts: `node scripts/bootstrap.mjs [<script> [arguments…]]`; without a script, it installs and builds. */
import { runScript } from "./run-script.mjs";

const [script, ...args] = process.argv.slice(2);
await runScript(script, args);
