// A few last values as a small line, beside the figure itself.
import { Picture, linePath } from "./frame";

export function Spark({ values, title, width = 84 }: { values: number[]; title: string; width?: number }) {
  const height = 22;
  const most = Math.max(...values, 0);
  const points = values.map((value, i): [number, number] => [
    values.length > 1 ? 1 + (i * (width - 2)) / (values.length - 1) : width / 2,
    most > 0 ? height - 2 - ((height - 4) * value) / most : height - 2,
  ]);
  return (
    <Picture title={title} width={width} height={height}>
      <path class="grid" d={`M0 ${height - 1}H${width}`} />
      <path class="c0 l" d={linePath(points)} />
    </Picture>
  );
}
