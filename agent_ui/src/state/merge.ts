// Two tabs changed one note at the same time: which text has the words of both?

interface Change {
  from: number;
  to: number;
  text: string;
}

/** `mine` and `theirs` both come from `base`. What either of them wrote is kept. */
export function mergedText(base: string, mine: string, theirs: string): string {
  if (theirs === base || theirs === mine) return mine;
  if (mine === base) return theirs;
  const [a, b] = [changeOf(base, theirs), changeOf(base, mine)];
  if (a.to <= b.from && a.from < b.to) return apply(apply(base, b), a);
  if (b.to <= a.from && b.from < a.to) return apply(apply(base, a), b);
  const [from, to] = [Math.min(a.from, b.from), Math.max(a.to, b.to)];
  const within = (change: Change) =>
    base.slice(from, change.from) + change.text + base.slice(change.to, to);
  const both = joined(within(a), within(b), to === base.length);
  return base.slice(0, from) + both + base.slice(to);
}

/** The one stretch of `base` that has another text now. */
function changeOf(base: string, text: string): Change {
  const least = Math.min(base.length, text.length);
  let head = 0;
  while (head < least && base[head] === text[head]) head += 1;
  let tail = 0;
  while (tail < least - head && base.at(-1 - tail) === text.at(-1 - tail)) tail += 1;
  return {
    from: head,
    to: base.length - tail,
    text: text.slice(head, text.length - tail),
  };
}

function apply(base: string, { from, to, text }: Change): string {
  return base.slice(0, from) + text + base.slice(to);
}

/** Both wrote at the same place: theirs, then ours, unless one holds the other. */
function joined(theirs: string, mine: string, atEnd: boolean): string {
  if (mine.includes(theirs)) return mine;
  if (theirs.includes(mine)) return theirs;
  const apart = !atEnd || /\s$/.test(theirs) || /^\s/.test(mine);
  return apart ? theirs + mine : `${theirs} ${mine}`;
}
