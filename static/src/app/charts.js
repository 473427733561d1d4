// The pictures of pages: line, bars, stacked and curve. Loaded when the first one is on a page.
export { draw, redraw } from "./js/charts/draw.js";
