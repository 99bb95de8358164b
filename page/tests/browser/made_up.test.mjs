// Every page with made-up runs: what this machine may lack (GPUs, many runs, a fleet).
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertSound, desk, newPage, openBrowser, phone, settled, startFake, until } from "./support.mjs";

process.env.JOULECAST_FAKE_SECONDS = "6"; // so long runs the run that is made up as running
const fourGpus = "20261128-1615-00uv";
const withGap = "20261128-1815-00vw";
const unmeasured = "20261127-2015-0133";
const hostile = "20261128-1415-00tu";
const pages = {
  "the runs": "#/runs",
  "a run with four GPUs": `#/run/${fourGpus}`,
  "a run with a gap": `#/run/${withGap}`,
  "a run that nothing measured": `#/run/${unmeasured}`,
  "a run with a hostile name": `#/run/${hostile}`,
  "three runs compared": `#/compare?run=${fourGpus}&run=${withGap}&run=${hostile}`,
  "the trade-off": "#/tradeoff",
  "the board": "#/board",
  "an empty prediction": "#/predict",
  "the fleet": "#/fleet?tag=team",
  "no such page": "#/nowhere",
};

let browser;
let server;
before(async () => {
  server = await startFake();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  server?.close();
});

async function show(address, options) {
  const page = await newPage(browser, options);
  await page.goto(`${server.url}/${address}`);
  await settled(page);
  return page;
}

describe("every page is sound", () => {
  for (const [what, address] of Object.entries(pages))
    for (const [how, options] of Object.entries({
      wide: desk,
      narrow: phone,
      dark: { ...desk, colorScheme: "dark" },
    }))
      test(`${what}, ${how}`, async () => {
        const page = await show(address, options);
        const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(background, how === "dark" ? "rgb(20, 24, 29)" : "rgb(255, 255, 255)");
        await assertSound(page, `${what}, ${how}`, { usable: how !== "narrow" }); // the same names and colours
        await page.close();
      });
});

test("a page prints in the light colours, without what only a screen needs", async () => {
  const page = await show(`#/run/${fourGpus}`, { ...desk, colorScheme: "dark" });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await settled(page);
  const seen = await page.evaluate(() => ({
    background: getComputedStyle(document.body).backgroundColor,
    header: document.querySelector(".top").getClientRects().length,
    buttons: document.querySelector(".zoom").getClientRects().length,
  }));
  assert.deepEqual(seen, { background: "rgb(255, 255, 255)", header: 0, buttons: 0 });
  assert.ok((await page.pdf({ format: "A4" })).length > 20_000);
  await page.setViewportSize({ width: 720, height: 1000 }); // about the text of A4
  for (const address of ["#/runs", `#/run/${fourGpus}`, "#/fleet"]) {
    await page.goto(`${server.url}/${address}`);
    await settled(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 720, `${address} is ${wide} px wide on paper`);
  }
  await page.close();
});

test("the runs are searched, filtered, sorted and paged, and the address keeps it", async () => {
  const page = await show("#/runs");
  assert.equal(await page.locator("table.runs tbody tr").count(), 50);
  await page.getByRole("button", { name: "Next →" }).click();
  await page.getByText("51 to 100 of 130 runs").waitFor();
  await page.goBack();
  await page.getByText("1 to 50 of 130 runs").waitFor();
  await page.getByLabel("Search").fill("llama");
  await page.getByText("of 26 runs").waitFor();
  assert.match(page.url(), /search=llama/);
  await page.getByRole("button", { name: "user=ada" }).first().click();
  await page.getByRole("button", { name: "Remove user=ada" }).waitFor();
  await page.getByLabel("Search").fill("");
  await page.getByRole("button", { name: "Energy" }).click();
  await until(page, () =>
    document.querySelector('th[aria-sort="descending"]')?.textContent.startsWith("Energy"),
  );
  await page.getByLabel("Status").selectOption("failed");
  await until(page, () =>
    [...document.querySelectorAll(".runs .status")].every((cell) => cell.textContent.includes("failed")),
  );
  await page.reload();
  await settled(page);
  assert.equal(await page.getByLabel("Status").inputValue(), "failed");
  await page.getByLabel("Search").fill("no run is like that");
  await page.getByText("No stored run is like that").waitFor();
  await assertSound(page, "an empty list");
  await page.close();
});

test("the fleet leads to the runs of a machine and of a user", async () => {
  const page = await show("#/fleet");
  await page.getByRole("link", { name: "node02" }).click();
  await page.getByText("of 43 runs").waitFor();
  await page.getByRole("button", { name: "Remove machine node02" }).click();
  await page.getByText("of 130 runs").waitFor();
  await page.goto(`${server.url}/#/fleet`);
  await page.getByRole("link", { name: "grace" }).click();
  await page.getByRole("button", { name: "Remove user=grace" }).waitFor();
  await page.close();
});

test("the list is used with the keyboard alone", async () => {
  const page = await show("#/runs");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  await page.locator(".run-link").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "efficientnet_b0-lr1");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "efficientnet_b0-lr1" }).waitFor();
  await page.close();
});

test("chosen runs are compared", async () => {
  const page = await show("#/runs");
  const boxes = page.getByRole("checkbox");
  await boxes.nth(1).check();
  await boxes.nth(2).check();
  await page.getByRole("link", { name: "Compare", exact: true }).last().click();
  await page.getByRole("heading", { name: "The runs compared" }).waitFor();
  await settled(page);
  assert.equal(await page.locator(".trace").count(), 2);
  await assertSound(page, "chosen runs");
  await page.close();
});

test("a stretch of time is asked from the server anew, in all traces at once", async () => {
  const page = await show(`#/run/${fourGpus}`);
  const asked = [];
  page.on(
    "request",
    (request) => request.url().includes("/series") && asked.push(new URL(request.url()).searchParams),
  );
  const trace = page.locator(".trace-box .u-over").first();
  const box = await trace.boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await settled(page);
  assert.equal(asked.length, 2); // by component and by device
  const [from, to] = [Number(asked[0].get("from")), Number(asked[0].get("to"))];
  assert.ok(from > 0 && to > from);
  await page.locator(".trace-box").first().focus();
  await page.keyboard.press("ArrowRight");
  await settled(page);
  assert.ok(Number(asked[2].get("from")) > from);
  await page.keyboard.press("0");
  await settled(page);
  assert.equal(asked[4].get("from"), null);
  await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -100);
  await page.keyboard.up("Control");
  await settled(page);
  const [first, last] = [Number(asked[6].get("from")), Number(asked[6].get("to"))];
  assert.ok(first > 0 && last > first, "the wheel zooms with Ctrl");
  await assertSound(page, "a part of a run");
  await page.close();
});

test("two fingers zoom a trace, one moves it, and a double tap on Whole run shows all", async () => {
  const page = await show(`#/run/${fourGpus}`, { ...phone, hasTouch: true });
  const asked = [];
  page.on("request", (request) => {
    if (!request.url().includes("/series")) return;
    const query = new URL(request.url()).searchParams;
    asked.push({ from: Number(query.get("from")), to: Number(query.get("to")) });
  });
  const trace = page.locator(".trace-box .u-over").first();
  await trace.scrollIntoViewIfNeeded();
  const box = await trace.boundingBox();
  const touch = await page.context().newCDPSession(page);
  const send = (type, ...places) =>
    touch.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: places.map((share, id) => ({ x: box.x + box.width * share, y: box.y + 60, id })),
    });
  await send("touchStart", 0.4, 0.6);
  for (const apart of [0.15, 0.2, 0.25, 0.3]) {
    await page.waitForTimeout(80);
    await send("touchMove", 0.5 - apart, 0.5 + apart);
  }
  await send("touchEnd");
  await settled(page);
  const zoomed = asked[asked.length - 1];
  assert.ok(zoomed.from > 0 && zoomed.to > zoomed.from, "two fingers zoom");
  await send("touchStart", 0.7);
  for (const place of [0.6, 0.5, 0.4]) {
    await page.waitForTimeout(80);
    await send("touchMove", place);
  }
  await send("touchEnd");
  await settled(page);
  const moved = asked[asked.length - 1];
  assert.ok(moved.from > zoomed.from, "one finger moves");
  assert.ok(Math.abs(moved.to - moved.from - (zoomed.to - zoomed.from)) < 1e-6 * moved.to);
  await page.getByRole("button", { name: "Whole run" }).click();
  await settled(page);
  assert.equal(asked[asked.length - 1].to, 0); // without a range
  await page.close();
});

test("a run is held against a budget, and the address keeps it", async () => {
  const page = await show(`#/run/${fourGpus}`);
  await page.getByLabel("Budget", { exact: true }).fill("100Wh");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByText("The budget of 100 Wh was used up after").first().waitFor();
  assert.match(page.url(), /budget=100Wh/);
  await assertSound(page, "a budget");
  await page.reload();
  await settled(page);
  assert.equal(await page.getByLabel("Budget", { exact: true }).inputValue(), "100Wh");
  await page.getByLabel("Budget", { exact: true }).fill("much");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByRole("alert").getByText("not an energy").waitFor();
  page.complaints.length = 0; // the browser logs the refusal, as it should
  await page.close();
});

test("what held the GPUs back and where their energy went is told", async () => {
  const page = await show(`#/run/${fourGpus}`);
  await page.getByText("gpu0 was held back by its power limit for").first().waitFor();
  assert.equal(await page.locator(".legend").getByText("held back by heat").count(), 1);
  await page.getByRole("img", { name: /^Utilisation against power/ }).waitFor();
  await page.goto(`${server.url}/#/run/${withGap}`);
  await settled(page);
  await page.getByText("Throttling: no sensor").waitFor();
  await page.close();
});

test("every picture has its figures as a table", async () => {
  const page = await show(`#/run/${fourGpus}`);
  const folds = page.getByText("The same as a table");
  for (let i = 0; i < (await folds.count()); ++i) await folds.nth(i).click();
  await until(
    page,
    () =>
      document.querySelectorAll("figure details table").length ===
      document.querySelectorAll("figure details").length,
  );
  await assertSound(page, "tables");
  await page.close();
});

test("the power and the energy of a live run move in the list", async () => {
  const page = await show("#/runs?status=");
  await page.getByText("live, 1 running").waitFor();
  await page.locator(".live-cell svg").first().waitFor();
  const energy = () =>
    page
      .locator("tr", { has: page.locator(".live-cell") })
      .locator(".energy")
      .first()
      .textContent();
  const first = await energy();
  await page.waitForTimeout(1200);
  assert.notEqual(await energy(), first);
  await page.close();
});

test("a training is predicted by name and from a file; what is wrong is named", async () => {
  const page = await show("#/predict");
  await page.getByRole("button", { name: "Predict", exact: true }).click();
  await page.getByRole("alert").getByText("at least one GPU").waitFor();
  page.complaints.length = 0; // the browser logs the refusal, as it should
  for (const [field, values] of [
    ["Network", ["resnet50"]],
    ["GPU", ["RTX 3090", "T4"]],
  ])
    for (const value of values) {
      await page.getByLabel(field, { exact: true }).fill(value);
      await page.keyboard.press("Enter");
    }
  await page.getByRole("button", { name: "Predict", exact: true }).click();
  await page.getByRole("heading", { name: "Predicted" }).waitFor();
  assert.equal(await page.locator("section[aria-labelledby=predicted] > .scroll tbody tr").count(), 2);
  await assertSound(page, "a prediction");
  const request = page.waitForRequest((sent) => sent.method() === "POST");
  await page
    .getByLabel("or its file")
    .setInputFiles({ name: "config.json", mimeType: "", buffer: Buffer.from('{"model_type":"llama"}') });
  await page.getByRole("button", { name: "Predict", exact: true }).click();
  assert.equal((await request).headers()["content-type"], "application/json");
  await page.getByText("config.json, RTX 3090").first().waitFor();
  const precisions = await page.getByLabel("Precision").locator("option").allTextContents();
  assert.deepEqual(precisions, ["usual", "fp32", "tf32", "amp-bf16"]); // as the server says
  await page.close();
});
