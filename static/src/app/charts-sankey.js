// Flows between steps, for the pages that have one.
export { flow } from "./js/charts/flow.js";
