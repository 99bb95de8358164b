import { defineConfig } from "vite";

// `npm run dev` shows the page with the data of a server that runs: JOULECAST=http://127.0.0.1:7463 npm run dev
const server = process.env.JOULECAST ?? "http://127.0.0.1:7463";

export default defineConfig({
  base: "./",
  build: {
    target: "es2021",
    minify: "terser", // a tenth smaller than with esbuild
    terserOptions: {
      ecma: 2020,
      module: true,
      compress: { passes: 3, unsafe_arrows: true, unsafe_methods: true },
    },
    outDir: "dist",
    assetsInlineLimit: 0, // the policy of the server allows neither data: scripts nor data: styles
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      "/api": { target: server, changeOrigin: true },
      "/login": { target: server, changeOrigin: true },
    },
  },
});
