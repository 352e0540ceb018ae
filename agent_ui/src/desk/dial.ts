// Which address calls a number, as a source or a telephone system wrote it?

const EXTENSION = /[\s,;]*(?:;ext=|ext(?:ension)?\.?|x|#)\s*(\d{1,7})\)?\s*$/i;
const WRITTEN = /^\+?[\d\s().\-/]+$/;
const DIGITS_MIN = 3;
const DIGITS_MAX = 15;
const NAMED = /(?:^|[_\W])(?:phone|telephone|tel|mobile|call_?back)(?:$|[_\W])/i;

export interface Dialled {
  /** `+44…`, or as it is dialled in its country. */
  number: string;
  extension: string;
}

/** Null where the text is not exactly one number: guessed digits call a stranger. */
export function dialledOf(text: string): Dialled | null {
  const bare = text.trim().replace(/^tel:/i, "");
  const extension = EXTENSION.exec(bare)?.[1] ?? "";
  let body = bare
    .replace(EXTENSION, "")
    .replace(/[\s(,;]+$/, "")
    .trim();
  if (body.startsWith("+")) body = body.replace("(0)", "");
  if (!WRITTEN.test(body)) return null;
  const number = body.replace(/[^+\d]/g, "");
  const digits = number.replace("+", "").length;
  return digits < DIGITS_MIN || digits > DIGITS_MAX ? null : { number, extension };
}

export function telOf(text: string): string | null {
  const dialled = dialledOf(text);
  if (!dialled) return null;
  const { number, extension } = dialled;
  return `tel:${number}${extension && `;ext=${extension}`}`;
}

/** `template` is the line's `click_to_call`; without one it is a `tel:` link. */
export function callUrl(
  text: string,
  template: string | undefined,
  agent: string | null,
): string | null {
  const dialled = dialledOf(text);
  if (!dialled || !template) return telOf(text);
  const values: Record<string, string> = {
    "{number}": dialled.number,
    "{digits}": dialled.number.replace("+", ""),
    "{agent}": agent ?? "",
  };
  return template.replace(/\{(?:number|digits|agent)\}/g, (name) =>
    encodeURIComponent(values[name] ?? ""),
  );
}

/** Is an attribute of the call a number? By its name, or written internationally. */
export function isNumber(name: string, value: string): boolean {
  const dialled = dialledOf(value);
  if (!dialled) return false;
  return NAMED.test(name) || /^(?:\+|00)\d{7,}$/.test(dialled.number);
}
