// Draws the pictures of a page, with a script that is fetched when there is one to draw.
const page = document.querySelector("[data-charts]");
let library;

function load() {
  library ??= import(page.dataset.charts);
  return library;
}

const sankey = () => import(page.dataset.sankey);

async function drawAll(root) {
  const figures = root.querySelectorAll("[data-chart]:not([data-drawn])");
  if (!figures.length) return;
  for (const figure of figures) figure.dataset.drawn = "";
  const { draw } = await load();
  for (const figure of figures) {
    if (figure.isConnected) await draw(figure, sankey);
    figure.dataset.drawn = "done";
  }
}

export async function redrawAll() {
  if (library) (await library).redraw(sankey);
}

if (page) {
  drawAll(page);
  document.addEventListener("htmx:after:swap", () => drawAll(page));
  document.addEventListener("desirepath:theme", redrawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
  addEventListener("beforeprint", redrawAll);
}
