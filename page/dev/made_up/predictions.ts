// Predictions, and the GPUs that they may name.
import type { Gpu, Predictions } from "../../src/api/schema";

export function predictions(query: URLSearchParams, upload: boolean): Predictions {
  const models = upload ? [query.get("label") ?? "upload"] : query.getAll("model");
  const rows = models.flatMap((model) =>
    query
      .getAll("gpu")
      .flatMap((gpu) => query.getAll("batch").map((batch) => ({ model, gpu, batch: Number(batch) }))),
  );
  const predicted = (value: number) => ({
    value,
    low: value * 0.6,
    high: value * 1.7,
    interval: "calibrated",
  });
  const list = rows.map(({ model, gpu, batch }, i): Predictions["predictions"][number] => ({
    model,
    gpu,
    gpu_count: Number(query.get("gpus") ?? 1),
    batch_size: batch,
    power_limit_w: 350,
    steps: null,
    power_w: predicted(290 - 12 * i),
    epoch_time_s: predicted(400 / (1 + i)),
    epoch_energy_j: predicted(1.1e5 * (1 + i * 0.2)),
    total_energy_j: query.get("epochs")
      ? predicted(1.1e5 * (1 + i * 0.2) * Number(query.get("epochs")))
      : null,
    co2e_g: null,
    memory: { needed_gb: 3.26 * (1 + batch / 64), available_gb: 24, fits: true },
    novelty: "new-configuration",
    nearest: ["resnet50 on RTX 3090, batch 32"],
    uncounted_share: 0,
    warnings: [],
  }));
  return { model_file: "default.json", predictions: list, front: list.map((_, i) => i).reverse() };
}

export const gpus: Gpu[] = ["RTX 3090", "A100 SXM 80 GB", "T4", "H100 SXM"].map((name) => ({
  name,
  vendor: "nvidia",
  architecture: "ampere",
  tdp_w: 350,
  memory_gb: 24,
  memory_bandwidth_gb_s: 936,
  fp32_tflops: 35.6,
  idle_w: 20,
  source: "made up",
  date: "2026-01-01",
}));
