// A sankey: how many go from where to where.
import { Flow, SankeyController } from "chartjs-chart-sankey";
import { Chart } from "./chart.js";
import { exact } from "./numbers.js";

Chart.register(SankeyController, Flow);

export function flow(canvas, values, look) {
  const labels = values.nodes;
  // The same page has the same colour at every step.
  const order = [...new Set(Object.values(labels))];
  const colour = (id) => look.series[Math.max(0, order.indexOf(labels[id])) % look.series.length];
  return new Chart(canvas, {
    type: "sankey",
    data: {
      datasets: [
        {
          data: values.flows,
          labels,
          column: values.columns,
          colorFrom: (at) => colour(at.dataset.data[at.dataIndex]?.from),
          colorTo: (at) => colour(at.dataset.data[at.dataIndex]?.to),
          colorMode: "gradient",
          alpha: 0.45,
          borderWidth: 0,
          nodeWidth: 8,
          color: look.ink,
          size: "max",
          font: { family: getComputedStyle(document.body).fontFamily, size: 12 },
        },
      ],
    },
    options: {
      onClick: (event, found) => {
        const link = found.length ? values.flows[found[0].index].link : "";
        if (link) location.assign(link);
      },
      onHover: (event, found) => {
        event.native.target.style.cursor = found.length && values.flows[found[0].index].link ? "pointer" : "";
      },
      plugins: {
        tooltip: {
          callbacks: {
            title: () => "",
            label: ({ raw }) => `${labels[raw.from]} → ${labels[raw.to]}: ${exact(raw.flow, "")}`,
          },
        },
      },
    },
  });
}
