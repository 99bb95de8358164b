// Pictures of the page for its documentation and for looking at it: node dev/shots.mjs URL FOLDER [NAME...]
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [url, folder, ...names] = process.argv.slice(2);
const run = "#/run/20261128-1615-00uv";
const pages = {
  runs: "#/runs",
  run: process.env.RUN ? `#/run/${process.env.RUN}` : run,
  compare:
    process.env.COMPARE ?? "#/compare?run=20261128-1215-00st&run=20261128-1415-00tu&run=20261128-1815-00vw",
  tradeoff: process.env.TRADEOFF ?? "#/tradeoff",
  predict: "#/predict?model=resnet50&gpu=RTX%203090&gpu=T4&batch=32&batch=64",
  fleet: "#/fleet?tag=team",
};
// CLIP="TOP HEIGHT WIDTH" takes a part
function clip() {
  const [y = 0, height = 900, width = 1120] = process.env.CLIP.split(" ").map(Number);
  return { x: 0, y, height, width };
}
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
for (const [name, address] of Object.entries(pages)) {
  for (const [kind, options] of Object.entries({
    light: { viewport: { width: 1120, height: 900 } },
    dark: { viewport: { width: 1120, height: 900 }, colorScheme: "dark" },
    narrow: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 },
  })) {
    if (names.length > 0 && !names.includes(name) && !names.includes(`${name}-${kind}`)) continue;
    const page = await browser.newPage(options);
    page.on("console", (message) => message.type() === "error" && console.log(name, kind, message.text()));
    page.on("pageerror", (error) => console.log(name, kind, error.stack));
    await page.goto(`${url}/${address}`);
    if (name === "predict") await page.getByRole("button", { name: "Predict", exact: true }).click();
    await page.waitForTimeout(1800);
    await page.screenshot({
      path: `${folder}/${name}-${kind}.png`,
      ...(process.env.CLIP ? { clip: clip(), fullPage: true } : { fullPage: true }),
    });
    if (kind === "light" && process.env.PDF) await page.pdf({ path: `${folder}/${name}.pdf`, format: "A4" });
    await page.close();
  }
}
await browser.close();
