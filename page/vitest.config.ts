import { defineConfig } from "vitest/config";

// The tests in tests/browser need a browser and have a program of their own.
export default defineConfig({ test: { include: ["tests/unit/**/*.test.ts"] } });
