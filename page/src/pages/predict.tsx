// What a training will cost before it starts: of a network by name, by its config.json, or from an ONNX file.
import { useEffect, useRef, useState } from "preact/hooks";
import { useAnswer } from "../api/answer";
import { api } from "../api/client";
import type { Predicted, Predictions } from "../api/schema";
import { Failure, Loading } from "../parts/answers";
import { DataTable, Figure, LeftOut, Warnings } from "../parts/figure";
import { Choice, Field, ManyField, TextField } from "../parts/form";
import { Front, type FrontPoint } from "../picture/front";
import type { Place } from "../router";
import { changeQuery } from "../router_hook";
import {
  axisUnit,
  duration,
  grams,
  interval,
  isKnown,
  kilowattHours,
  percent,
  plain,
  watts,
} from "../text/units";

interface Form {
  models: string[];
  gpus: string[];
  batches: string[];
  count: string;
  precision: string;
  limit: string;
  optimizer: string;
  epochs: string;
  samples: string;
  tokens: string;
  sequence: string;
  dataset: string;
}
const emptyForm: Form = {
  models: [],
  gpus: [],
  batches: ["32"],
  count: "1",
  precision: "",
  limit: "",
  optimizer: "",
  epochs: "",
  samples: "",
  tokens: "",
  sequence: "",
  dataset: "",
};

/** The form as the server's parameters, which the address keeps too. */
function queryOf(form: Form) {
  return {
    model: form.models,
    gpu: form.gpus,
    batch: form.batches,
    gpus: form.count,
    precision: form.precision,
    power_limit: form.limit,
    optimizer: form.optimizer,
    epochs: form.epochs,
    samples: form.samples,
    tokens: form.tokens,
    sequence: form.sequence,
    dataset: form.dataset,
  };
}

export function formOf(query: URLSearchParams): Form {
  const batches = query.getAll("batch");
  const text = (name: string, usual = "") => query.get(name) ?? usual;
  return {
    models: query.getAll("model"),
    gpus: query.getAll("gpu"),
    batches: batches.length > 0 ? batches : emptyForm.batches,
    count: text("gpus", emptyForm.count),
    precision: text("precision"),
    limit: text("power_limit"),
    optimizer: text("optimizer"),
    epochs: text("epochs"),
    samples: text("samples"),
    tokens: text("tokens"),
    sequence: text("sequence"),
    dataset: text("dataset"),
  };
}

/** A transformer's description goes as JSON, whatever the browser thinks its type is. */
export function uploadOf(file: File): Blob {
  return new Blob([file], {
    type: file.name.toLowerCase().endsWith(".json") ? "application/json" : "application/octet-stream",
  });
}

export function PredictPage({ place }: { place: Place }) {
  const [form, setForm] = useState(() => formOf(place.query));
  const [file, setFile] = useState<File>();
  const [result, setResult] = useState<{ value?: Predictions; error?: Error; loading?: boolean }>({});
  const running = useRef<AbortController | undefined>(undefined);
  const models = useAnswer("models", api.models);
  const gpus = useAnswer("gpus", api.gpus);
  const set = (change: Partial<Form>) => setForm((before) => ({ ...before, ...change }));
  const predict = () => {
    running.current?.abort();
    const aborting = new AbortController();
    running.current = aborting;
    setResult((before) => ({ ...before, loading: true }));
    const { model, ...rest } = queryOf(form);
    const query = { ...(file ? { label: file.name } : { model }), ...rest };
    api.predict(query, file ? uploadOf(file) : undefined, aborting.signal).then(
      (value) => setResult({ value }),
      (error: Error) => {
        if (!aborting.signal.aborted) setResult({ error });
      },
    );
  };
  const submit = (event: Event) => {
    event.preventDefault();
    changeQuery(queryOf(form), true);
    predict();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: an address that was kept shows its prediction, once
  useEffect(() => {
    if (form.models.length > 0 && form.gpus.length > 0) predict();
  }, []);
  return (
    <>
      <h1>Predict a training</h1>
      <form class="filters predict" onSubmit={submit}>
        <ManyField
          label="Network"
          values={form.models}
          onChange={(value) => set({ models: value })}
          options={models.value?.models ?? []}
          placeholder="resnet50"
          hint={file ? "not used: a file was chosen" : "by name; Enter adds one"}
        />
        <Field label="or its file" hint="config.json of a transformer, or ONNX">
          {(id) => (
            <input
              id={id}
              type="file"
              accept=".json,.onnx"
              onChange={(event) => setFile(event.currentTarget.files?.[0])}
            />
          )}
        </Field>
        <ManyField
          label="GPU"
          values={form.gpus}
          onChange={(value) => set({ gpus: value })}
          options={gpus.value?.gpus.map((gpu) => gpu.name) ?? []}
          placeholder="RTX 3090"
          hint="one or several to choose from; Enter adds one"
        />
        <TextField
          label="GPUs that share it"
          type="number"
          min="1"
          value={form.count}
          onChange={(value) => set({ count: value })}
        />
        <ManyField
          label="Batch"
          values={form.batches}
          onChange={(value) => set({ batches: value })}
          hint="samples in a step, over all GPUs"
        />
        <Choice
          label="Precision"
          value={form.precision}
          onChange={(value) => set({ precision: value })}
          options={[["", "usual"], ...(models.value?.precisions ?? []).map((name) => [name, name] as const)]}
        />
        <TextField
          label="Power limit"
          value={form.limit}
          onChange={(value) => set({ limit: value })}
          placeholder="150:350:25"
          hint="W of a GPU, or from:to:step"
        />
        <TextField
          label="Optimizer"
          value={form.optimizer}
          onChange={(value) => set({ optimizer: value })}
          placeholder="sgd"
        />
        <TextField
          label="Epochs"
          type="number"
          min="0"
          step="any"
          value={form.epochs}
          onChange={(value) => set({ epochs: value })}
        />
        <TextField
          label="Samples of an epoch"
          type="number"
          min="1"
          value={form.samples}
          onChange={(value) => set({ samples: value })}
        />
        <TextField
          label="Data"
          value={form.dataset}
          onChange={(value) => set({ dataset: value })}
          placeholder="imagenet"
          hint="or its name"
        />
        <TextField
          label="Tokens"
          type="number"
          min="1"
          value={form.tokens}
          onChange={(value) => set({ tokens: value })}
          hint="of language models, in place of epochs"
        />
        <TextField
          label="Tokens of a sample"
          type="number"
          min="1"
          value={form.sequence}
          onChange={(value) => set({ sequence: value })}
        />
        <button type="submit" class="primary" disabled={result.loading ?? false}>
          Predict
        </button>
      </form>
      {result.loading && <Loading what="The prediction" />}
      {result.error && <Failure error={result.error} />}
      {result.value && <Outcome predictions={result.value} />}
      {!result.value && !result.error && !result.loading && (
        <p class="soft-text">
          All figures of this page are predicted, not measured. With several networks, GPUs or batches, each
          combination is one row.
        </p>
      )}
    </>
  );
}

type Row = Predictions["predictions"][number];

function amount(predicted: Predicted, text: (value: number | null | undefined) => string): string {
  return predicted ? text(predicted.value) : "not known";
}
function range(predicted: Predicted, text: (value: number | null | undefined) => string): string {
  return predicted ? interval(predicted.low, predicted.high, text) || "not known" : "";
}

/** With the power limit, where several are compared. */
export function namesOf(rows: Row[]): string[] {
  const limits = new Set(rows.map((row) => `${row.gpu}/${row.power_limit_w}`));
  const several = limits.size > new Set(rows.map((row) => row.gpu)).size;
  return rows.map((row) => {
    const name = `${row.model}, ${row.gpu_count > 1 ? `${row.gpu_count} × ` : ""}${row.gpu}, batch ${row.batch_size}`;
    return several ? `${name}, limit ${plain(row.power_limit_w)} W` : name;
  });
}

function memoryText({ memory }: Row): string {
  if (!isKnown(memory.needed_gb)) return "not known";
  return `${plain(memory.needed_gb)} of ${plain(memory.available_gb)} GB${memory.fits ? "" : ": does not fit"}`;
}

function Outcome({ predictions }: { predictions: Predictions }) {
  const rows = predictions.predictions;
  const names = namesOf(rows);
  const whole = rows.some((row) => row.total_energy_j !== null);
  const energyOf = (row: Row) => (whole ? row.total_energy_j : row.epoch_energy_j);
  const warnings = [...new Set(rows.flatMap((row) => row.warnings))];
  const interval = [...new Set(rows.map((row) => energyOf(row)?.interval).filter(Boolean))].join(", ");
  return (
    <section aria-labelledby="predicted">
      <h2 id="predicted">Predicted</h2>
      <p>
        Predicted, not measured; cheapest first. {interval && `The intervals hold 90 % (${interval}).`}{" "}
        Compared with what the model has learned from:{" "}
        {[...new Set(rows.map((row) => noveltyWords(row.novelty)))].join("; ")}.
      </p>
      <DataTable
        caption="Predicted energy, time and power"
        showsCaption={false}
        columns={[
          { title: "training" },
          { title: whole ? "energy" : "energy of an epoch", number: true },
          { title: "90 % interval" },
          { title: "time of an epoch", number: true },
          { title: "power of a GPU", number: true },
          { title: "memory" },
          { title: "emissions", number: true },
          { title: "remark" },
        ]}
        rows={rows.map((row, i) => [
          names[i],
          amount(energyOf(row), kilowattHours),
          range(energyOf(row), kilowattHours),
          amount(row.epoch_time_s, duration),
          amount(row.power_w, watts),
          memoryText(row),
          isKnown(row.co2e_g) ? grams(row.co2e_g) : "not known",
          predictions.front.includes(i) ? "on the front" : "",
        ])}
      />
      {rows.every((row) => !energyOf(row)) && (
        <LeftOut
          what="Energy and time"
          why="the work is not known; the samples of an epoch, the name of the data or the tokens say it"
        />
      )}
      {rows.length > 1 && <FrontFigure predictions={predictions} energyOf={energyOf} whole={whole} />}
      <Warnings warnings={warnings} />
      {rows.length > 0 && (
        <details>
          <summary>The nearest that was measured</summary>
          <DataTable
            caption="What the prediction is nearest to"
            showsCaption={false}
            columns={[{ title: "training" }, { title: "nearest" }, { title: "not counted", number: true }]}
            rows={rows.map((row, i) => [names[i], row.nearest.join("; "), percent(row.uncounted_share)])}
          />
        </details>
      )}
    </section>
  );
}

function noveltyWords(novelty: string): string {
  const words: Record<string, string> = {
    "known-configuration": "this configuration was measured",
    "new-configuration": "the configuration is new",
    "new-architecture": "the network is new",
    "new-gpu": "the GPU is new",
    "new-source": "the machine and software are new",
  };
  return words[novelty] ?? novelty.replace(/-/g, " ");
}

interface FrontProps {
  predictions: Predictions;
  energyOf: (row: Row) => Predicted;
  whole: boolean;
}

/** Energy against time: what no other one beats in both. */
function FrontFigure({ predictions, energyOf, whole }: FrontProps) {
  const rows = predictions.predictions;
  const names = namesOf(rows);
  const known = rows.flatMap(
    (row, i): { row: Row; i: number; energy: NonNullable<Predicted>; time: NonNullable<Predicted> }[] => {
      const energy = energyOf(row);
      return energy && row.epoch_time_s && row.memory.fits
        ? [{ row, i, energy, time: row.epoch_time_s }]
        : [];
    },
  );
  if (known.length < 2) return null;
  const energyUnit = axisUnit("J", Math.max(...known.map(({ energy }) => energy.value)));
  const timeUnit = axisUnit("s", Math.max(...known.map(({ time }) => time.value)));
  const cheapest = known.reduce((a, b) => (b.energy.value < a.energy.value ? b : a));
  const points = known.map(
    ({ i, energy, time }): FrontPoint => ({
      name: names[i]!,
      cost: energy.value,
      quality: time.value / timeUnit.divisor,
      onFront: predictions.front.includes(i),
      advised: i === cheapest.i,
    }),
  );
  const caption = `Predicted time against predicted energy, of those that fit into the memory. On the front nothing is both faster and cheaper; the ring is the cheapest, ${names[cheapest.i]}.`;
  return (
    <Figure title="Time against energy" caption={caption}>
      <Front
        title="Time against energy"
        description={caption}
        points={points}
        cost={{
          name: whole ? "energy" : "energy of an epoch",
          unit: energyUnit.symbol,
          divisor: energyUnit.divisor,
        }}
        quality={`time of an epoch, ${timeUnit.symbol}`}
        lowerIsBetter={true}
        otherLabel="another is faster and cheaper"
        advisedLabel="cheapest"
      />
    </Figure>
  );
}
