/** Member `error` of problems: what SDKs of other services show. RFC 9457 allows members of one's own. */
import type { JobProblem } from "../../jobs/job.ts";

/** Where the routes are that answer as Hugging Face's do. */
const HUGGING_FACE_PATH = "/hf/";

/** As OpenAI's API has it, on routes like Hugging Face's a sentence. */
export function errorMember(
  { slug, detail, extensions }: JobProblem,
  status: number,
  path: string,
) {
  if (path.startsWith(HUGGING_FACE_PATH)) return detail;
  const { option } = extensions;
  const param = typeof option === "string" ? option : null;
  return { message: detail, type: typeOf(status), param, code: slug };
}

/** https://platform.openai.com/docs/guides/error-codes */
function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}
