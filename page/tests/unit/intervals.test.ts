import { expect, test } from "vitest";
import { shorten } from "../../src/picture/intervals";

test("a long name keeps its beginning and its end", () => {
  expect(shorten("vgg16", 5)).toBe("vgg16");
  expect(shorten("resnet50-adamw-seed-1", 12)).toBe("resnet50…d-1");
  expect(shorten("resnet50-adamw-seed-1", 12.9)).not.toBe(shorten("resnet50-adamw-seed-2", 12.9));
  expect(shorten("abc", 2)).toBe("a…");
  expect(shorten("abc", 0)).toBe("a…");
});
