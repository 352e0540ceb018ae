// One number of a panel, with what it counts.

import type { Formats } from "../shared/format";

interface CountProps {
  label: string;
  value: number;
  formats: Formats;
  bad?: boolean;
}

export function Count({ label, value, formats, bad = false }: CountProps) {
  return (
    <div data-tone={value === 0 ? "zero" : bad ? "bad" : ""}>
      <dt>{label}</dt>
      <dd>{formats.number(value)}</dd>
    </div>
  );
}
