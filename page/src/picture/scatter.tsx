// Many points, each a small faint dot, so that where there are many it is darker.
import { Axes, type Axis, Picture, placeX, placeY, plotBox, useWidth } from "./frame";

interface Props {
  title: string;
  description: string;
  points: { x: number; y: number }[];
  x: Axis;
  y: Axis;
}

/** More would only cover each other. */
const mostDots = 1500;

export function Scatter({ title, description, points, x, y }: Props) {
  const [frame, width] = useWidth();
  const height = Math.max(220, Math.min(320, width * 0.5));
  const box = plotBox(width, height, y);
  const stride = Math.ceil(points.length / mostDots);
  return (
    <div ref={frame}>
      <Picture title={title} description={description} width={width} height={height}>
        <Axes box={box} x={x} y={y} />
        {points.map(
          (point, i) =>
            i % stride === 0 && (
              <circle
                key={i}
                class="c0 f"
                cx={placeX(box, x.scale, point.x).toFixed(1)}
                cy={placeY(box, y.scale, point.y).toFixed(1)}
                r="2.4"
              />
            ),
        )}
      </Picture>
    </div>
  );
}
