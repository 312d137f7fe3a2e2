/** Every door that takes clips. */
import { BROWSER } from "./browser.ts";
import { COMMAND_LINE } from "./command-line.ts";
import type { DoorEntry } from "./door.ts";
import { bodyDoor, fetchedJobDoor, uploadedJobDoor } from "./http-doors.ts";
import { onNode } from "./node.ts";
import { onWorkerd } from "./workerd.ts";

/** Those of workerd and others in turns: test/doors/ask.ts has one of each at work. */
export const DOORS: readonly DoorEntry[] = [
  onWorkerd("POST /v1/features", bodyDoor),
  onNode("POST /v1/features", bodyDoor),
  onWorkerd("a job of an upload", uploadedJobDoor),
  onNode("a job of an upload", uploadedJobDoor),
  onWorkerd("a job of a URL", fetchedJobDoor),
  onNode("a job of a URL", fetchedJobDoor),
  COMMAND_LINE,
  BROWSER,
];
