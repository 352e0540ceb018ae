// How many calls did I have, today and in 28 days?

import { said } from "../i18n/said";
import { t } from "../i18n/words";
import { viewerFormats } from "../shared/format";
import { figure, type Me, periodWords, resultRows } from "./answers";

export function FiguresOfMine({ me }: { me: Me }) {
  const results = resultRows(me);
  const formats = viewerFormats();
  return (
    <table class="me-numbers">
      <thead>
        <tr>
          <th scope="col">
            <span class="hidden">{t("me.figure")}</span>
          </th>
          {me.figures.map(({ period }) => (
            <th key={period} scope="col">
              {periodWords(period)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {me.counters.map(({ name, label, formula }) => (
          <tr key={name} data-figure={name}>
            <th scope="row">
              {said(label)}
              <small>{said(formula)}</small>
            </th>
            {me.figures.map((each) => (
              <td key={each.period}>{figure(each, name)}</td>
            ))}
          </tr>
        ))}
        {results.map(({ label, counts }) => (
          <tr key={label} data-figure="result">
            <th scope="row">
              {t("me.result_2", { label })}
              <small>{t("me.calls_with_this_result_of")}</small>
            </th>
            {counts.map((count, place) => (
              <td key={me.figures[place]?.period}>{formats.count(count)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
