import { describe, expect, it } from "vitest";
import type { EnergyCourse, Series } from "../../src/api/schema";
import { formOf } from "../../src/pages/predict";
import { budgetText } from "../../src/pages/run/energy";
import { throttlingText } from "../../src/pages/run/surroundings";
import { energyByUtilisation } from "../../src/pages/run/utilisation";
import { parsed, shortened } from "../../src/text/printable";

const course: EnergyCourse = {
  run: "a",
  time_s: [0, 100],
  energy_j: [0, 7.2e6],
  budget_j: null,
  budget_reached_s: null,
  reason: null,
};

describe("the energy against a budget", () => {
  it("says what was used, of what, and when it was used up", () => {
    expect(budgetText(course, false)).toBe("2.00 kWh in the end.");
    expect(budgetText({ ...course, budget_j: 1.44e7 }, true)).toBe(
      "2.00 kWh so far, 50 % of the budget of 4.00 kWh.",
    );
    expect(budgetText({ ...course, budget_j: 3.6e6, budget_reached_s: 50 }, false)).toBe(
      "The budget of 1.00 kWh was used up after 50.0 s; 2.00 kWh in the end, 200 % of it.",
    );
  });
});

const told = (reason: "power" | "heat", time_s: number): Series["throttling"][number] => ({
  component: "gpu",
  device: "0",
  node: null,
  reason,
  observed_s: 200,
  time_s,
  spans: [],
});

describe("throttling", () => {
  it("is told of each device, and not told is not none", () => {
    expect(throttlingText([])).toBe("");
    expect(throttlingText([told("heat", 0), told("power", 0)])).toMatch(/^No device held/);
    expect(throttlingText([told("heat", 50), told("power", 0)])).toBe(
      "GPU 0 was held back by heat for 50.0 s (25 % of the time).",
    );
  });
});

describe("energy by utilisation", () => {
  it("is of GPUs, and of steps of which both are known", () => {
    const part = (
      component: "gpu" | "cpu",
      mean_w: (number | null)[],
      utilisation: (number | null)[] | null,
    ) => ({ component, mean_w, utilisation }) as Series["series"][number];
    const shares = energyByUtilisation({
      step_s: 10,
      series: [
        part("gpu", [50, 100, null, 300, 200], [0.05, 0.5, 0.5, 1, null]),
        part("cpu", [9, 9, 9, 9, 9], [0.1, 0.1, 0.1, 0.1, 0.1]),
      ],
    } as Series);
    expect(shares.map((share) => share.energy)).toEqual([500, 0, 1000, 3000]);
    expect(shares.map((share) => share.time)).toEqual([10, 0, 10, 10]);
  });
});

describe("text that others wrote", () => {
  it("does not turn the letters around it, and is cut where it is long", () => {
    expect(parsed('{"name":"\\u202egnp.exe","list":["a\u2066b"],"n":1}')).toEqual({
      name: " gnp.exe",
      list: ["a b"],
      n: 1,
    });
    expect(shortened("abc", 3)).toBe("abc");
    expect(shortened("😀😀😀😀", 3)).toBe("😀😀…");
  });
});

describe("a prediction's address", () => {
  it("keeps all that was asked", () => {
    const form = formOf(new URLSearchParams("model=a&model=b&gpu=c&epochs=3&power_limit=150:350:25&gpus=2"));
    expect(form).toMatchObject({
      models: ["a", "b"],
      gpus: ["c"],
      epochs: "3",
      limit: "150:350:25",
      count: "2",
    });
    expect(form.batches).toEqual(["32"]);
  });
});
