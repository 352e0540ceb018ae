// About how wide is a text, in em of its own type? Measured for common sans-serifs.

const NARROW = /[\s.,:;'’|!ijl\u00a0\u202f\u066b\u066c]/;
const NO_WIDTH = /[\u200b-\u200f\u061c\u2066-\u2069\p{Mn}]/u;
const LETTER_WIDE = /[mwMWØÆ@%﷼₨]/;
const WIDE = /[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/;
const BOLD = 1.04;

/** Rather too wide than too narrow: what is given this room must never be cut. */
export function emOf(text: string): number {
  let sum = 0;
  for (const sign of text) sum += widthOf(sign);
  return Math.round(sum * BOLD * 100) / 100;
}

function widthOf(sign: string): number {
  if (NO_WIDTH.test(sign)) return 0;
  if (sign === "﷼") return 1.7;
  if (WIDE.test(sign)) return 1.02;
  if (NARROW.test(sign)) return 0.31;
  if (LETTER_WIDE.test(sign)) return 0.95;
  if (/[\p{Lu}\p{Sc}\p{Emoji_Presentation}]/u.test(sign)) return 0.7;
  return 0.6;
}
