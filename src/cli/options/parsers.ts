/** Values of the command line's arguments and flags; what they throw, commander prints beside the argument's name. */
import { InvalidArgumentError } from "commander";

/**
 * The address of a service.
 * @throws InvalidArgumentError if it is no URL of HTTP
 */
export function parseServiceUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new InvalidArgumentError("It has to begin with http:// or https://.");
}

/** Makes the parser of a whole number from 1 to `most`, which throws InvalidArgumentError for anything else. */
export function countUpTo(most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (Number.isInteger(count) && count >= 1 && count <= most) return count;
    throw new InvalidArgumentError(`It has to be a whole number from 1 to ${most}.`);
  };
}
