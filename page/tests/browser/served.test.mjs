// The page of a real `joulecast serve` over a store of its own: real runs, one of them live, and the report from the disk.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import {
  assertSound,
  assertUsable,
  desk,
  newPage,
  openBrowser,
  phone,
  settled,
  skip,
  startReal,
  until,
} from "./support.mjs";

const training = `
import sys, time
epochs = int(sys.argv[1])
for epoch in range(1, epochs + 1):
    end = time.monotonic() + float(sys.argv[2])
    while time.monotonic() < end:
        sum(range(5000))
    accuracy = 0.9 - 0.5 / epoch - 0.02 * max(0, epoch - 4)
    print(f"Epoch {epoch}/{epochs} - loss: {1 / epoch:.4f} - val_accuracy: {accuracy:.4f}", flush=True)
`;

let browser;
let server;
before(async () => {
  server = await startReal();
  if (!server.said().includes("page at")) skip("this joulecast serves no page");
  writeFileSync(join(server.folder, "train.py"), training);
  for (const name of ["first", "second"]) await server.call(...measured(name, 6, 0.25));
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  server?.close();
});

function measured(name, epochs, seconds) {
  const python = ["/usr/bin/python3", "train.py", String(epochs), String(seconds)];
  return ["run", "--name", name, "--interval", "50ms", "--tag", "project=page", "--", ...python];
}

async function show(address, options) {
  const page = await newPage(browser, options);
  await page.goto(`${server.url}/${address}`);
  await settled(page);
  return page;
}

test("a run's page tells what the command line tells", async () => {
  const page = await show("#/run/first");
  const told = JSON.parse(await server.call("show", "first", "--json"));
  await page.getByRole("heading", { level: 1, name: "first" }).waitFor();
  const total = told.energy_j.total;
  if (total !== null) {
    const shown = await page.locator(".headline strong").textContent();
    const [value, unit] = shown.split(" ");
    const wattHours = Number(value) * { mWh: 1e-3, Wh: 1, kWh: 1e3, µWh: 1e-6 }[unit];
    assert.ok(Math.abs((wattHours * 3600) / total - 1) < 0.006, `${shown} is not ${total} J`);
    await page.getByText("The best val_accuracy was").first().waitFor();
  }
  await assertSound(page, "a real run");
  await page.close();
});

test("every page shows real runs soundly", async () => {
  for (const address of [
    "#/runs",
    "#/runs?tag=project%3Dpage",
    "#/compare?run=first&run=second&group=name",
    "#/fleet?since=1d",
    "#/predict",
  ])
    for (const options of [desk, phone]) {
      const page = await show(address, options);
      page.complaints = page.complaints.filter((text) => !/status of 400/.test(text)); // too few runs for groups
      await assertSound(page, address, { usable: options === desk });
      await page.close();
    }
});

test("a training is predicted as the command line predicts it", async () => {
  const page = await show("#/predict?model=resnet50&gpu=RTX%203090");
  await page.getByLabel("Samples of an epoch").fill("50000");
  await page.getByRole("button", { name: "Predict", exact: true }).click();
  // The address names a network and a GPU, so that there is a prediction already, of unknown work.
  const cells = page.locator("section[aria-labelledby=predicted] > .scroll tbody td.number");
  const cell = cells.filter({ hasText: "Wh" }).first();
  const shown = await cell.textContent();
  const told = JSON.parse(
    await server.call(
      "predict",
      "resnet50",
      "--gpu",
      "RTX 3090",
      "--batch",
      "32",
      "--epochs",
      "1",
      "--samples",
      "50000",
      "--json",
    ),
  );
  const wattHours = told.predictions[0].epoch_energy_j.value / 3600;
  assert.equal(Number.parseFloat(shown).toPrecision(3), wattHours.toPrecision(3));
  await assertSound(page, "a real prediction");
  await page.close();
});

test("a live run appears, moves and finishes, in the list and on its page", async () => {
  const list = await show("#/runs");
  const running = server.call(...measured("live", 12, 0.7));
  await list.getByText("live, 1 running").waitFor();
  const row = list.locator("tr", { has: list.locator(".run-link", { hasText: /^live$/ }) });
  await row.locator(".status.running").waitFor();
  const page = await show("#/run/live");
  await page.getByText("What it has cost so far").waitFor();
  const duration = () => row.locator('[data-label="Duration"]').textContent();
  const first = await duration();
  await until(
    list,
    `[...document.querySelectorAll("tr")].some((row) => row.querySelector(".status.running") && row.querySelector('[data-label="Duration"]').textContent !== ${JSON.stringify(first)})`,
  );
  await running;
  await row.locator(".status.finished").waitFor();
  await page.getByText("What it cost").waitFor();
  await list.getByText("live, nothing runs").waitFor();
  await settled(page);
  await assertSound(list, "the list after a live run");
  await assertSound(page, "the page of a live run");
  await list.close();
  await page.close();
});

test("a server with a token is entered with it, and not with another", async () => {
  const token = "a-token-that-nobody-guesses";
  const folder = mkdtempSync(join(tmpdir(), "joulecast-token-"));
  writeFileSync(join(folder, "token"), token, { mode: 0o600 });
  const locked = await startReal("--token-file", join(folder, "token"));
  const page = await newPage(browser);
  await page.goto(`${locked.url}/#/runs`);
  await page.getByRole("heading", { name: "The server wants its token" }).waitFor();
  await assertUsable(page, "the login");
  await page.getByLabel("Token").fill("another");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Token").fill(token);
  await page.keyboard.press("Enter");
  await page.getByText("No run has been stored here yet").waitFor();
  await page.getByText("live, nothing runs").waitFor();
  await page.reload();
  await page.getByText("No run has been stored here yet").waitFor();
  assert.equal(
    await page.evaluate(
      (secret) => document.cookie.includes(secret) || location.href.includes(secret),
      token,
    ),
    false,
  );
  locked.close();
  await page.getByText("no connection to the server").waitFor();
  await page.close();
  rmSync(folder, { recursive: true });
});

test("the report of the same run, opened from the disk, has nothing serious either", async () => {
  const file = join(server.folder, "report.html");
  await server.call("report", "first", "-o", file);
  for (const options of [desk, { ...desk, colorScheme: "dark" }]) {
    const page = await newPage(browser, options);
    await page.goto(pathToFileURL(file).href);
    assert.deepEqual(page.complaints, []);
    await assertUsable(page, "the report");
    await page.close();
  }
});

test("the page says when it was first painted", async () => {
  const page = await show("#/runs");
  const paint = await page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
  );
  console.log(`first contentful paint: ${paint?.toFixed(0)} ms`);
  assert.ok(paint > 0);
  await page.close();
});
