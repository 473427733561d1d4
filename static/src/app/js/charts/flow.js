// A sankey: how many go from where to where.
import { Flow, SankeyController } from "chartjs-chart-sankey";
import { Chart } from "./chart.js";
import { exact } from "./numbers.js";

Chart.register(SankeyController, Flow);

const LETTER = 6.8; // pixels of a letter at most, on average
const LAST = 0.16; // of the width, for the names of the last step

// Names stand right of their nodes and end before the next step begins; tooltip and table have them whole.
function clipped(names, columns, width) {
  const steps = Math.max(1, ...Object.values(columns));
  const most = Math.max(3, Math.floor((width * (1 - LAST)) / steps / LETTER) - 3);
  const last = Math.max(3, Math.floor((width * LAST) / LETTER) - 1);
  return Object.fromEntries(
    Object.entries(names).map(([id, name]) => {
      const room = columns[id] === steps ? last : most;
      return [id, name.length > room ? `${name.slice(0, room - 1)}…` : name];
    }),
  );
}

export function flow(canvas, values, look) {
  const labels = values.nodes;
  const width = canvas.parentElement.clientWidth;
  // The same page has the same colour at every step; what is put together is grey, and red comes last.
  const order = [...new Set(Object.values(labels))].filter((name) => name !== values.rest);
  const series = [0, 2, 4, 3, 5, 1].map((n) => look.series[n]);
  const colour = (id) =>
    labels[id] === values.rest ? look["line-strong"] : series[Math.max(0, order.indexOf(labels[id])) % series.length];
  return new Chart(canvas, {
    type: "sankey",
    data: {
      datasets: [
        {
          data: values.flows,
          labels: clipped(labels, values.columns, width),
          nodeLabels: { position: "right" },
          nodePadding: 15,
          column: values.columns,
          colorFrom: (at) => colour(at.dataset.data[at.dataIndex]?.from),
          colorTo: (at) => colour(at.dataset.data[at.dataIndex]?.to),
          colorMode: "gradient",
          alpha: 0.35,
          borderWidth: 0,
          nodeWidth: 8,
          color: look.ink,
          size: "max",
          font: { family: getComputedStyle(document.body).fontFamily, size: 12 },
        },
      ],
    },
    options: {
      onResize: (chart, size) => {
        chart.data.datasets[0].labels = clipped(labels, values.columns, size.width);
      },
      layout: { padding: { right: width * LAST } },
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
