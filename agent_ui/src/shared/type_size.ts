// How large is the type? The widths at which a page changes its form grow with it.

/**
 * Media queries do not know the type size: for them a rem is the browser's own. So
 * each width and height in them is multiplied, as the browser's zoom would do it.
 */
export function applyTypeSize(factor: number): void {
  now = factor;
  document.documentElement.style.setProperty("--type", String(factor));
  for (const sheet of document.styleSheets) scaleRules(rulesOf(sheet), factor);
}

/** After a page brought a sheet of its own. */
export function applyTypeSizeAgain(): void {
  applyTypeSize(now);
}

let now = 1;
const asWritten = new WeakMap<CSSRule, string>();

function scaleRules(rules: Iterable<CSSRule>, factor: number): void {
  for (const rule of rules) {
    if (!(rule instanceof CSSMediaRule)) continue;
    const written = asWritten.get(rule) ?? rule.media.mediaText;
    asWritten.set(rule, written);
    const wanted = scaled(written, factor);
    if (wanted !== rule.media.mediaText) rule.media.mediaText = wanted;
    scaleRules(rule.cssRules, factor);
  }
}

/** `(max-width: 900px)` with 1.5 is `(max-width: 1350px)`. */
export function scaled(query: string, factor: number): string {
  return query.replaceAll(
    /(\d*\.?\d+)(px|rem)/g,
    (_, amount, unit) => `${Number(amount) * factor}${unit}`,
  );
}

/** A sheet of another origin (an extension's) does not show its rules. */
function rulesOf(sheet: CSSStyleSheet): Iterable<CSSRule> {
  try {
    return sheet.cssRules;
  } catch (error) {
    if (error instanceof DOMException) return [];
    throw error;
  }
}
