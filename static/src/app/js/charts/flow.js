// A sankey: how many go from where to where.
import { Flow, SankeyController } from "chartjs-chart-sankey";
import { Chart } from "./chart.js";
import { exact } from "./numbers.js";

Chart.register(SankeyController, Flow);

const LAST = 0.16; // of the width, for the names of the last step
const NODE = 8;
const AIR = 10; // beside a name

function fitted(name, room, pen) {
  if (pen.measureText(name).width <= room) return name;
  let [fits, over] = [1, name.length];
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    if (pen.measureText(`${name.slice(0, middle)}…`).width <= room) fits = middle;
    else over = middle;
  }
  return `${name.slice(0, fits)}…`;
}

// Names stand right of their nodes and end before the next step begins; tooltip and table have them whole.
function clipped(names, columns, width, pen) {
  const steps = Math.max(1, ...Object.values(columns));
  const most = (width * (1 - LAST)) / steps - NODE - AIR;
  const last = width * LAST - AIR;
  return Object.fromEntries(
    Object.entries(names).map(([id, name]) => [id, fitted(name, columns[id] === steps ? last : most, pen)]),
  );
}

export function flow(canvas, values, look) {
  const labels = values.nodes;
  const width = canvas.parentElement.clientWidth;
  const font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `${font.size}px ${font.family}`;
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
          labels: clipped(labels, values.columns, width, pen),
          nodeLabels: { position: "right" },
          nodePadding: 15,
          column: values.columns,
          colorFrom: (at) => colour(at.dataset.data[at.dataIndex]?.from),
          colorTo: (at) => colour(at.dataset.data[at.dataIndex]?.to),
          colorMode: "gradient",
          alpha: 0.35,
          borderWidth: 0,
          nodeWidth: NODE,
          color: look.ink,
          size: "max",
          font,
        },
      ],
    },
    options: {
      onResize: (chart, size) => {
        chart.data.datasets[0].labels = clipped(labels, values.columns, size.width, pen);
      },
      layout: { padding: { top: 8, bottom: 10, right: width * LAST } },
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
