// Colours as the page has them now: canvas knows no CSS, so tokens are read where the picture stands.
const probe = document.createElement("span");
probe.hidden = true;

function resolve(name) {
  // `light-dark()` is worked out by the browser when it is used as a colour.
  probe.style.color = `var(${name})`;
  if (!probe.isConnected) document.body.append(probe);
  return getComputedStyle(probe).color;
}

export function colours() {
  const names = ["ink", "ink-soft", "line", "line-strong", "surface", "accent", "focus"];
  const found = Object.fromEntries(names.map((name) => [name, resolve(`--${name}`)]));
  found.series = [1, 2, 3, 4, 5, 6, 7].map((n) => resolve(`--chart-${n}`));
  return found;
}

export function faint(colour, part) {
  const numbers = colour.match(/[\d.]+/g).slice(0, 3);
  return `rgba(${numbers.join(", ")}, ${part})`;
}
