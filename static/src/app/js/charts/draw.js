// <figure data-chart="line"> with its values as JSON beside the canvas becomes a picture.
import { Chart } from "./chart.js";
import { colours, faint } from "./colours.js";
import { exact, short } from "./numbers.js";

const drawn = new Map();

// What is not over yet is dotted and bare, so that nobody takes it for a fall.
function running(last) {
  return {
    borderDash: ({ p1DataIndex }) => (p1DataIndex === last ? [2, 3] : undefined),
    backgroundColor: ({ p1DataIndex }) => (p1DataIndex === last ? "transparent" : undefined),
  };
}

function dataset(series, values, look) {
  const colour = look.series[series.colour - 1];
  const common = { label: series.label, data: series.values, titles: series.titles, colour };
  if (values.kind === "bars" || values.kind === "stacked") {
    const running = values.partial ? series.values.length - 1 : -1;
    const background = ({ dataIndex }) => (dataIndex === running ? faint(colour, 0.45) : colour);
    return { ...common, type: "bar", backgroundColor: background, borderRadius: 2, maxBarThickness: 40 };
  }
  const last = series.values.length - 1;
  const few = series.values.length < 2;
  return {
    ...common,
    type: "line",
    order: series.dashed ? 1 : 0,
    borderColor: series.dashed ? faint(colour, 0.65) : colour,
    borderWidth: series.dashed ? 1.5 : 2,
    borderDash: series.dashed ? [4, 4] : [],
    backgroundColor: faint(colour, 0.12),
    fill: series.fill ? "origin" : false,
    pointRadius: few ? 3 : 0,
    pointHoverRadius: 4,
    pointHitRadius: 12,
    pointBackgroundColor: colour,
    tension: 0,
    segment: values.partial && !series.dashed ? running(last) : {},
  };
}

function tooltip(values, look) {
  return {
    mode: "index",
    intersect: false,
    backgroundColor: look.surface,
    borderColor: look.line,
    borderWidth: 1,
    titleColor: look.ink,
    bodyColor: look.ink,
    padding: 10,
    boxPadding: 4,
    usePointStyle: true,
    callbacks: {
      title: ([first]) => (first ? values.titles[first.dataIndex] : ""),
      label: (item) => {
        const title = item.dataset.titles[item.dataIndex];
        return `${item.dataset.label}${title ? ` (${title})` : ""}: ${exact(item.raw, values.unit)}`;
      },
      labelColor: (item) => ({ backgroundColor: item.dataset.colour, borderColor: item.dataset.colour }),
    },
  };
}

function scales(values, look, font) {
  const stacked = values.kind === "stacked";
  const ticks = { color: look["ink-soft"], font };
  const whole = values.unit === "";
  return {
    x: {
      stacked,
      grid: { display: false },
      border: { color: look.line },
      title: { display: Boolean(values.across), text: values.across, color: look["ink-soft"], font, padding: 2 },
      ticks: { ...ticks, maxRotation: 0, autoSkip: true, autoSkipPadding: 16 },
    },
    y: {
      stacked,
      beginAtZero: true,
      suggestedMax: values.unit === "percent" ? undefined : 4,
      grid: { color: look.line, drawTicks: false },
      border: { display: false },
      ticks: {
        ...ticks,
        maxTicksLimit: 5,
        padding: 6,
        precision: whole ? 0 : undefined,
        callback: (value) => short(value, values.unit),
      },
    },
  };
}

function options(values, look) {
  const font = { family: getComputedStyle(document.body).fontFamily, size: 11 };
  return {
    interaction: { mode: "index", intersect: false },
    layout: { padding: { top: 6 } },
    plugins: { tooltip: { ...tooltip(values, look), bodyFont: { ...font, size: 12 }, titleFont: { ...font, size: 12 } } },
    scales: scales(values, look, font),
    onClick: (event, found) => {
      const link = found.length ? values.links[found[0].index] : "";
      if (link) location.assign(link);
    },
    onHover: (event, found) => {
      event.native.target.style.cursor = found.length && values.links[found[0].index] ? "pointer" : "";
    },
  };
}

export async function draw(figure, extra) {
  const canvas = figure.querySelector("canvas");
  const values = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  drawn.get(figure)?.destroy();
  const look = colours();
  if (values.kind === "sankey") {
    const { flow } = await extra();
    drawn.set(figure, flow(canvas, values, look));
    return;
  }
  const datasets = values.series.map((series) => dataset(series, values, look));
  drawn.set(figure, new Chart(canvas, { data: { labels: values.labels, datasets }, options: options(values, look) }));
}

// After a change of theme or paper: the same pictures in other colours.
export async function redraw(extra) {
  for (const figure of [...drawn.keys()]) {
    if (figure.isConnected) await draw(figure, extra);
    else {
      drawn.get(figure).destroy();
      drawn.delete(figure);
    }
  }
}
