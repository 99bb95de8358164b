import { type Plugin, defineConfig, mergeConfig } from "vite";
import { fakeApi } from "./dev/fake_api";
import base from "./vite.config";

// `npm run fake` shows the built page with made-up runs, under the policy of the real server.
const fake: Plugin = {
  name: "fake-api",
  configurePreviewServer: (server) => {
    server.middlewares.use(fakeApi);
  },
};

export default mergeConfig(base, defineConfig({ plugins: [fake], preview: { proxy: {} } }));
