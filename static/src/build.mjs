// Builds everything the browser gets, and the country table: `npm ci && npm run build`.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { countries as countryNames, languages, world } from "./world.mjs";

const source = dirname(fileURLToPath(import.meta.url));
const root = join(source, "..", "..");
const base = join(root, "static");
const output = join(base, "build");
const vendor = join(base, "vendor");
const data = join(root, "tracker", "data");
const modules = join(root, "node_modules");

// The browser script is on every page of every site: its size, gzipped, is a promise. The second file is a
// module, which the first fetches where a page asks for it.
const scripts = {
  "tracker.js": { most: 1228, target: "es2019", format: "iife" },
  "auto.js": { most: 1536, target: "es2020", format: "esm" },
  "consent.js": { most: 256, target: "es2019", format: "iife" },
};

const libraries = {
  "htmx.min.js": "htmx.org/dist/htmx.min.js",
  "hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
};
const licences = [
  "htmx.org/LICENSE", "chart.js/LICENSE.md", "@kurkle/color/LICENSE.md", "chartjs-chart-sankey/LICENSE", "world-atlas/LICENSE",
];
const countries = "@ip-location-db/geo-whois-asn-country-mmdb";

const written = new Set();

// A server may be reading these files: a new one takes the old one's place in one step.
function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
  written.add(path);
}

function read(path) {
  return readFileSync(join(modules, path));
}

function gzipped(content) {
  return gzipSync(content, { level: 9 }).length;
}

async function bundle(path, target, format = "iife") {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    charset: "utf8",
    // Addresses below /static/ are served as they are.
    external: ["/static/*"],
    format,
    minify: true,
    target,
    write: false,
  });
  return outputFiles[0].text.trimEnd();
}

async function tracker() {
  for (const [name, { most, target, format }] of Object.entries(scripts)) {
    const script = await bundle(join(source, name), target, format);
    const size = gzipped(script);
    if (size > most) throw new Error(`${name} takes ${size} bytes gzipped; ${most} are allowed.`);
    write(join(output, name), script);
    // Served as it was measured: other gzips differ by a few bytes.
    write(join(output, `${name}.gz`), gzipSync(script, { level: 9 }));
  }
  write(join(output, "tracker.d.ts"), readFileSync(join(source, "tracker.d.ts")));
}

const browsers = ["es2022", "chrome111", "firefox113", "safari16.4"];
// Fetched by a script when there is a picture; what several of them need goes into a chunk, whose name is its hash.
const lazily = /^charts.*\.js$/;

// Every script and style sheet in app/ itself is an entry; what lies deeper is there to be imported.
async function app() {
  const folder = join(source, "app");
  const entries = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(js|css)$/.test(name)) : [];
  for (const name of entries.filter((name) => !lazily.test(name))) {
    write(join(output, name), await bundle(join(folder, name), browsers));
  }
  const { outputFiles } = await build({
    entryPoints: entries.filter((name) => lazily.test(name)).map((name) => join(folder, name)),
    bundle: true,
    charset: "utf8",
    chunkNames: "chunk-[hash]",
    format: "esm",
    legalComments: "none",
    minify: true,
    outdir: output,
    splitting: true,
    target: browsers,
    write: false,
  });
  for (const { path, text } of outputFiles) write(path, text.trimEnd());
}

function map() {
  const { svg, codes } = world(modules);
  write(join(output, "world.svg"), svg);
  const table = { names: countryNames(modules), shapes: codes, languages: languages() };
  write(join(data, "countries.json"), `${JSON.stringify(table)}\n`);
}

// Their source maps stay behind, so the comments that point there go too.
function theirs() {
  for (const [name, path] of Object.entries(libraries)) {
    write(join(vendor, name), read(path).toString().replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n"));
  }
  const texts = licences.map((path) => `${dirname(path)}\n\n${read(path).toString().trim()}\n`);
  write(join(vendor, "LICENSES.txt"), texts.join("\n---\n\n"));
}

function countryTable() {
  const { version, license } = JSON.parse(read(`${countries}/package.json`));
  write(join(data, "country.mmdb"), read(`${countries}/geo-whois-asn-country.mmdb`));
  write(
    join(data, "country.txt"),
    `country.mmdb: which country an IP address belongs to.\n` +
      `Source: npm package ${countries} ${version} (https://github.com/sapics/ip-location-db).\n` +
      `Licence of the package: ${license}. What its file NRO_LICENSE says of the data in it:\n\n` +
      `${read(`${countries}/NRO_LICENSE`).toString().trim()}\n`,
  );
}

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

function removeStale() {
  const built = [...files(output), ...files(vendor)].filter((path) => basename(path) !== "manifest.json");
  for (const path of built) if (!written.has(path)) rmSync(path);
}

// {path below static/: 12 hex digits of its hash}: for addresses that change with their content.
function manifest() {
  const versions = {};
  const path = join(output, "manifest.json");
  const served = files(base).filter((file) => file !== path && !file.startsWith(source));
  for (const file of served.sort()) {
    const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
    versions[relative(base, file).split(sep).join("/")] = digest.slice(0, 12);
  }
  write(path, `${JSON.stringify(versions, null, 1)}\n`);
}

function report() {
  for (const path of written) {
    const content = readFileSync(path);
    const name = path.startsWith(base) ? relative(base, path) : basename(path);
    console.log(`${name.padEnd(24)} ${String(content.length).padStart(9)} bytes ${String(gzipped(content)).padStart(9)} gzipped`);
  }
}

await tracker();
await app();
map();
theirs();
countryTable();
removeStale();
manifest();
report();
