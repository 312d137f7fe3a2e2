/** Spaces before punctuation, as transformers' `clean_up_tokenization` drops them. */

/** In this order, which matters where they overlap. */
const REPLACEMENTS: readonly (readonly [written: string, tidy: string])[] = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

/** The text without spaces before punctuation and English contractions. */
export function tidySpaces(text: string): string {
  return REPLACEMENTS.reduce((tidied, [written, tidy]) => tidied.replaceAll(written, tidy), text);
}
