// How the pages' scripts and styles are built: each file of static/entry becomes one file
// named by its content, packed twice, and a line of the manifest. Started by scripts/web in the
// folder that holds node_modules: node build.mjs <folder of entries> <folder to write>.

import { createRequire } from "node:module";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [entries, target] = process.argv.slice(2).map((path) => resolve(path));
const modules = resolve("node_modules");
const esbuild = createRequire(join(modules, "x.js"))("esbuild");

const beside = `${target}.new`;
rmSync(beside, { recursive: true, force: true });
mkdirSync(beside, { recursive: true });

const built = await esbuild.build({
  entryPoints: readdirSync(entries)
    .filter((name) => [".js", ".css", ".svg"].includes(extname(name)))
    .map((name) => join(entries, name)),
  outdir: beside,
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "eof",
  nodePaths: [modules],
  loader: { ".svg": "copy" },
  assetNames: "[name]-[hash]",
  define: { "process.env.NODE_ENV": '"production"' },
  metafile: true,
  logLevel: "error",
});

const manifest = {};
for (const [path, output] of Object.entries(built.metafile.outputs)) {
  if (!output.entryPoint && extname(path) !== ".svg") continue;
  const bytes = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  );
  const name = basename(path).replace(/-[A-Z0-9]{8}(?=\.\w+$)/, "");
  manifest[name] = basename(path);
}
writeFileSync(join(beside, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
rmSync(target, { recursive: true, force: true });
renameSync(beside, target);
