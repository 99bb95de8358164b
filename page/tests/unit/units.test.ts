import { describe, expect, it } from "vitest";
import * as units from "../../src/text/units";

// The expectations are those of tests/unit/base/text_test.cpp: the page and the command line write the same.
describe("figures with units", () => {
  it("has three digits and the largest prefix that fits", () => {
    expect(units.joules(1234)).toBe("1.23 kJ");
    expect(units.joules(4.56e6)).toBe("4.56 MJ");
    expect(units.watts(87.06)).toBe("87.1 W");
    expect(units.watts(1200)).toBe("1.20 kW");
    expect(units.joules(999.6)).toBe("1.00 kJ");
    expect(units.joules(0)).toBe("0.00 J");
    expect(units.joules(-1500)).toBe("-1.50 kJ");
    expect(units.kilowattHours(3.6e6)).toBe("1.00 kWh");
    expect(units.grams(4560)).toBe("4.56 kg CO2e");
  });
  it("never makes 0 of what is not known", () => {
    for (const text of [units.joules, units.watts, units.kilowattHours, units.duration, units.percent])
      for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY])
        expect(text(value)).toBe("unknown");
    expect(units.interval(null, 3, units.joules)).toBe("");
    expect(units.against(3, null)).toBe("");
    expect(units.against(3, 0)).toBe("");
  });
  it("writes durations", () => {
    expect(units.duration(0.5324)).toBe("532 ms");
    expect(units.duration(247)).toBe("4 min 07 s");
    expect(units.duration(7500)).toBe("2 h 05 min");
    expect(units.duration(59.97)).toBe("1 min 00 s");
  });
  it("does not round a share to all or nothing", () => {
    expect(units.percent(0.997)).toBe("99 %");
    expect(units.percent(1)).toBe("100 %");
    expect(units.percent(0.001)).toBe("< 1 %");
    expect(units.percent(0)).toBe("0 %");
  });
  it("chooses the unit of an axis so that there are at least two", () => {
    expect(units.axisUnit("J", 1999)).toEqual({ symbol: "J", divisor: 1 });
    expect(units.axisUnit("J", 2000)).toEqual({ symbol: "kJ", divisor: 1000 });
    expect(units.axisUnit("s", 130)).toEqual({ symbol: "min", divisor: 60 });
    expect(units.axisUnit("W", 0)).toEqual({ symbol: "W", divisor: 1 });
  });
  it("says how much more", () => {
    expect(units.against(110, 100)).toBe("+10.0 %");
    expect(units.against(90, 100)).toBe("-10.0 %");
    expect(units.against(100.01, 100)).toBe("the same");
  });
});
