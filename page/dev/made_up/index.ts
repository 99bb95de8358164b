// A made-up store for developing the page and for its tests: what the machine at hand lacks (GPUs, many runs, a fleet). Its
// types are those of data/api/openapi.yaml, so that the compiler holds it to what the server answers.
export { find, shapes } from "./runs";
export { runOf } from "./one_run";
export { energyOf, seriesOf } from "./series";
export { epochCourse } from "./epochs";
export { forecastCourse } from "./forecasts";
export { board, columns, comparison, tradeoff } from "./decisions";
export { gpus, predictions } from "./predictions";
export { fleet, liveRun } from "./live";
