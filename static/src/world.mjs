// The world as one SVG file with a shape for each country, and the names of countries.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { geoNaturalEarth1, geoPath } from "d3-geo";
import { feature } from "topojson-client";

const WIDTH = 960;
const HEIGHT = 470;
const ANTARCTICA = "AQ";

function json(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

// [two letters, three letters, number] each.
function codes(modules) {
  return json(join(modules, "i18n-iso-countries", "codes.json"));
}

export function countries(modules) {
  const words = new Intl.DisplayNames("en", { type: "region" });
  const names = Object.fromEntries(codes(modules).map(([letters]) => [letters, words.of(letters)]));
  return { ...names, XK: "Kosovo" };
}

// English names of the languages that have two letters.
export function languages() {
  const words = new Intl.DisplayNames("en", { type: "language", fallback: "none" });
  const letters = [..."abcdefghijklmnopqrstuvwxyz"];
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  return Object.fromEntries(codes.map((code) => [code, words.of(code)]).filter(([, name]) => name));
}

// What d3 draws on: a path of whole numbers, each point told from the one before. That is a third of the bytes,
// and nobody sees the difference.
class Outline {
  text = "";

  moveTo(x, y) {
    this.close();
    [this.x, this.y] = [Math.round(x), Math.round(y)];
    this.ring = `M${this.x} ${this.y}`;
    this.points = 0;
  }

  lineTo(x, y) {
    const [toX, toY] = [Math.round(x), Math.round(y)];
    if (toX === this.x && toY === this.y) return;
    this.ring += `${this.points ? " " : "l"}${toX - this.x} ${toY - this.y}`.replace(/ -/g, "-");
    [this.x, this.y] = [toX, toY];
    this.points += 1;
  }

  closePath() {
    this.close();
  }

  // Islands smaller than a point are left out.
  close() {
    if (this.ring && this.points > 1) this.text += `${this.ring}z`;
    this.ring = "";
  }
}

function outline(shape, projection) {
  const drawn = new Outline();
  geoPath(projection, drawn)(shape);
  if (drawn.text) return drawn.text;
  const [x, y] = geoPath(projection).centroid(shape).map(Math.round);
  return `M${x} ${y}h2v2h-2z`;
}

// Shapes by their two letters, to be put on a page with <use href="world.svg#DE">; #land is all of them.
export function world(modules) {
  const letters = new Map(codes(modules).map(([two, , number]) => [number, two]));
  const topology = json(join(modules, "world-atlas", "countries-110m.json"));
  const shapes = feature(topology, topology.objects.countries).features
    .map((shape) => ({ ...shape, code: letters.get(String(shape.id).padStart(3, "0")) ?? (shape.properties.name === "Kosovo" ? "XK" : null) }))
    .filter((shape) => shape.code !== ANTARCTICA);
  const projection = geoNaturalEarth1().fitSize([WIDTH, HEIGHT], { type: "FeatureCollection", features: shapes });
  const path = (shape) => outline(shape, projection);
  const known = shapes.filter((shape) => shape.code);
  const parts = known.map((shape) => `<path id="${shape.code}" d="${path(shape)}"/>`);
  const rest = shapes.filter((shape) => !shape.code).map((shape) => `<path d="${path(shape)}"/>`);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}">` +
    `<!-- Made with Natural Earth. --><g id="land">${parts.join("")}${rest.join("")}</g></svg>\n`;
  return { svg, codes: Object.fromEntries(known.map(({ code }) => [code, 1])) };
}
