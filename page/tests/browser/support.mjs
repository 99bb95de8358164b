// A browser, a server and what is wanted of every page, for the tests beside this file.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const dist = process.env.JOULECAST_PAGE ?? join(root, "dist");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Ends the test program as skipped, saying why. */
export function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(77);
}

const browsers = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const executablePath = browsers.find((path) => path && existsSync(path)) ?? skip("chromium is not installed");
if (!existsSync(join(dist, "index.html"))) skip(`the page is not built (${dist})`);

export const desk = { viewport: { width: 1120, height: 900 } };
export const phone = { viewport: { width: 360, height: 740 } };

export async function openBrowser() {
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

/** A page whose complaints are kept: what the console calls an error, and what no script caught. */
export async function newPage(browser, options = desk) {
  const page = await browser.newPage(options);
  page.complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error") page.complaints.push(message.text());
  });
  page.on("pageerror", (error) => page.complaints.push(error.stack));
  page.setDefaultTimeout(20_000);
  return page;
}

/** Waits until the function is true in the page. (page.waitForFunction needs eval, which the page's policy forbids.) */
export async function until(page, condition, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  while (!(await page.evaluate(condition))) {
    if (Date.now() > end) throw new Error(`still not so after ${seconds} s: ${condition}`);
    await page.waitForTimeout(50);
  }
}

/** The page is done with asking. */
export async function settled(page) {
  await until(page, () => !document.querySelector('[aria-busy="true"], main .loading, #page > .loading'));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** What is wanted of everything that is shown: no complaint, no picture without marks, nothing wider than the window, and no
 * fault that keeps somebody from using it. */
export async function assertSound(page, what, { usable = true } = {}) {
  assert.deepEqual(page.complaints, [], `${what}: the browser complained`);
  const seen = await page.evaluate(() => {
    const visible = (element) => element.getClientRects().length > 0;
    /** Texts that lie on each other, or are cut off at a side. */
    const faults = (svg) => {
      const frame = svg.getBoundingClientRect();
      const texts = [...svg.querySelectorAll("text")].map((text) => ({
        text: text.textContent,
        box: text.getBoundingClientRect(),
      }));
      const cut = texts
        .filter(({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1)
        .map(({ text }) => `${text} is cut off`);
      const covered = texts.flatMap((a, i) =>
        texts
          .slice(i + 1)
          .filter(
            (b) =>
              Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left) > 2 &&
              Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top) > 5,
          )
          .map((b) => `${a.text} lies on ${b.text}`),
      );
      return [...cut, ...covered];
    };
    const pictures = [...document.querySelectorAll("svg[role=img]")].filter(visible).map((svg) => ({
      faults: faults(svg),
      title: svg.querySelector("title")?.textContent ?? "",
      marks: svg.querySelectorAll("path:not(.grid):not(.axis), circle, rect").length,
    }));
    const canvases = [...document.querySelectorAll("canvas")].filter(visible).map((canvas) => {
      const { width, height } = canvas;
      const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
      const colours = new Set();
      for (let i = 0; i < pixels.length; i += 4)
        if (pixels[i + 3] > 200) colours.add((pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]);
      return colours.size;
    });
    return {
      pictures,
      canvases,
      content: document.documentElement.scrollWidth,
      width: document.documentElement.clientWidth,
    };
  });
  for (const { title, marks, faults } of seen.pictures) {
    assert.deepEqual(faults, [], `${what}: texts of '${title}'`);
    assert.ok(title, `${what}: a picture has no name`);
    assert.ok(marks > 0, `${what}: '${title}' is empty`);
  }
  for (const colours of seen.canvases)
    assert.ok(colours > 5, `${what}: a trace is empty (${colours} colours)`);
  assert.ok(seen.content <= seen.width, `${what}: ${seen.content} px wide in a window of ${seen.width}`);
  if (usable) await assertUsable(page, what);
  return seen;
}

/** axe-core finds nothing serious. */
export async function assertUsable(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map((node) => node.html.slice(0, 160))
          .join(" | ")}`,
    );
  assert.deepEqual(serious, [], `${what}: axe-core finds serious faults`);
}

/** The built page with made-up runs. */
export async function startFake() {
  const { preview } = await import("vite");
  const server = await preview({
    configFile: join(root, "vite.fake.config.ts"),
    root,
    logLevel: "error",
    build: { outDir: dist },
    preview: { port: 0, host: "127.0.0.1" },
  });
  return { url: server.resolvedUrls.local[0].replace(/\/$/, ""), close: () => server.httpServer.close() };
}

const program = process.env.JOULECAST;

/** `joulecast serve` over a store of its own, and how to call the command on it. */
export async function startReal(...options) {
  if (!program) skip("JOULECAST does not name the program");
  const folder = mkdtempSync(join(tmpdir(), "joulecast-page-"));
  const environment = {
    ...process.env,
    HOME: folder,
    JOULECAST_STORE: join(folder, "runs.db"),
    JOULECAST_PAGE: dist,
  };
  const call = (...words) =>
    new Promise((done, failed) => {
      const child = spawn(program, words, { env: environment, cwd: folder });
      let text = "";
      child.stdout.on("data", (data) => {
        text += data;
      });
      child.stderr.on("data", (data) => {
        text += data;
      });
      child.on("close", (code) =>
        code === 0 ? done(text) : failed(new Error(`joulecast ${words.join(" ")}: ${text}`)),
      );
    });
  const server = spawn(program, ["serve", "--listen", "127.0.0.1:0", ...options], {
    env: environment,
    cwd: folder,
  });
  let said = "";
  const url = await new Promise((done, failed) => {
    const hear = (data) => {
      said += data;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found) done(found[0]);
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.on("close", () => failed(new Error(`joulecast serve ended: ${said}`)));
  });
  return {
    url,
    call,
    folder,
    said: () => said,
    close: () => {
      server.kill("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
