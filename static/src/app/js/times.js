// Keeps "2 min ago" true: <time datetime="…" data-relative>.
const STEPS = [
  [60, 1, "s"],
  [3600, 60, "min"],
  [86400, 3600, "h"],
  [Infinity, 86400, "d"],
];

function words(seconds) {
  if (seconds < 5) return "now";
  const [, size, unit] = STEPS.find(([limit]) => seconds < limit);
  return `${Math.floor(seconds / size)} ${unit} ago`;
}

export function refresh(root = document) {
  const now = Date.now();
  for (const element of root.querySelectorAll("time[data-relative]")) {
    const text = words((now - Date.parse(element.dateTime)) / 1000);
    if (element.textContent !== text) element.textContent = text;
  }
}

refresh();
setInterval(() => document.hidden || refresh(), 5000);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
