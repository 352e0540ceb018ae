// What else is known of the caller, in a room that is always of one size?

import { t } from "../i18n/words";
import { inOrderOfArrival } from "../state/arrivals";
import type { Pop } from "../state/model";
import type { Column, Facet, FacetShape } from "../wire/frames";
import { useDesk } from "./context";
import { Fields, Skeleton } from "./fields";
import { useInView } from "./looks";

/** Shown large, or beside the name, already. */
export const SHOWN_ELSEWHERE = ["name", "company", "language"];
/** Worth less at first sight; they come after the rest. */
const LAST = ["phone", "url", "country", "street", "postcode", "key"];
const BONES = 4;

export function Identity({ pop }: { pop: Pop }) {
  const { state } = useDesk();
  const shape = state.hello?.facets.find((each) => each.name === "identity");
  const facet = pop.facets.identity;
  const columns = inOrderOfArrival(usefulFirst(facet, shape), pop.arrivals);
  return (
    // Scrolls when a company knows very much about its customers.
    <section
      ref={useInView(pop.call_id, "identity")}
      class="identity"
      data-facet="identity"
      aria-label={t("desk.about_the_caller")}
      {...(columns.length > BONES ? { tabIndex: 0 } : {})}
    >
      {facet && columns.length > 0 ? (
        <Fields facet={facet} columns={columns} />
      ) : (
        (!facet || facet.state === "pending") && <Bones />
      )}
    </section>
  );
}

function Bones() {
  return (
    <div class="fields">
      {Array.from({ length: BONES }, (_, index) => (
        <Skeleton key={index} label={index ? "" : t("desk.about_the_caller_asking")} />
      ))}
    </div>
  );
}

function usefulFirst(
  facet: Facet | undefined,
  shape: FacetShape | undefined,
): Column[] {
  const shown = (shape?.fields ?? []).filter((column) => {
    const field = facet?.fields[column.name];
    const blank = !field || field.value === null || field.value === "";
    return !blank && !SHOWN_ELSEWHERE.includes(column.name);
  });
  const late = (column: Column) => LAST.indexOf(column.name);
  return shown.sort((a, b) => late(a) - late(b));
}
