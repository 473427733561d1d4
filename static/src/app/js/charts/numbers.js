// The same words for numbers as the server's (tracker/web/formats.py).
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function seconds(value) {
  const total = Math.round(value);
  if (total < 60) return `${total}s`;
  if (total < 3600) return `${Math.floor(total / 60)}m ${String(total % 60).padStart(2, "0")}s`;
  if (total < 86400) return `${Math.floor(total / 3600)}h ${String(Math.floor((total % 3600) / 60)).padStart(2, "0")}m`;
  return `${Math.floor(total / 86400)}d ${Math.floor((total % 86400) / 3600)}h`;
}

export function exact(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "percent") return `${whole.format(Math.round(value * 10) / 10)}%`;
  if (unit === "seconds") return seconds(value);
  return whole.format(value);
}

export function short(value, unit) {
  return unit === "" ? compact.format(value).replace("K", "k") : exact(value, unit);
}
