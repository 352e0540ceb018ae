// Which small signs stand on buttons? Drawn with the text's colour.

const PATHS = {
  bell: "M4 11.5h8l-1-1.5V7a3 3 0 0 0-6 0v3zM7 13.5h2",
  sources:
    "M8 2.5c3 0 5 .8 5 2s-2 2-5 2-5-.8-5-2 2-2 5-2zM3 4.5v7c0 1.2 2 2 5 2s5-.8 5-2v-7M3 8c0 1.2 2 2 5 2s5-.8 5-2",
  person:
    "M8 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM3 13.5c.4-3 2.3-4.5 5-4.5s4.6 1.5 5 4.5",
  copy: "M6 5.5h7v8H6zM10 5.5v-3H3v8h3",
  check: "M3 8.5l3.5 3.5L13 4.5",
  leave: "M9.5 3H4v10h5.5M7 8h7M11.5 5.5 14 8l-2.5 2.5",
  settings: "M2.5 4.5h6M12 4.5h1.5M2.5 11.5H4M7.5 11.5h6M8.5 3v3h3V3zM4.5 10v3h3v-3z",
  formulas: "M12 3H4l4 5-4 5h8",
  screen: "M2 3h12v8H2zM6 13.5h4",
  big: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
};

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon-sign" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
