// What all pictures share: their size, their name for those who cannot see them, axes and the legend. Text keeps its size:
// a picture is drawn anew for the width that it has, so that it is readable on a phone.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { shapes } from "./look";
import type { Scale } from "./scale";

const firstWidth = 640;

export function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(firstWidth);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      const now = Math.floor(element.getBoundingClientRect().width);
      if (now > 0) setWidth(now);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}

interface PictureProps {
  title: string;
  description?: string;
  width: number;
  height: number;
  children?: ComponentChildren;
}

export function Picture({ title, description, width, height, children }: PictureProps) {
  const id = useId();
  return (
    <svg
      class="picture"
      role="img"
      aria-labelledby={`${id}-t ${id}-d`}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
    >
      <title id={`${id}-t`}>{title}</title>
      <desc id={`${id}-d`}>{description ?? ""}</desc>
      {children}
    </svg>
  );
}

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** About as wide as the text of that many characters. */
export const textWidth = (text: string): number => text.length * 6.7;

export interface Axis {
  scale: Scale;
  title: string;
}

export const axisTitle = (name: string, unit = "", logarithmic = false): string =>
  `${name}${unit ? `, ${unit}` : ""}${logarithmic ? " (log scale)" : ""}`;

/** Where a plot is within a picture: beside the labels of its vertical axis. */
export function plotBox(width: number, height: number, y: Axis, top = 26, bottom = 40): Box {
  const widest = Math.max(0, ...y.scale.ticks(5).map((tick) => textWidth(tick.label)));
  const left = Math.ceil(widest) + 12;
  return { left, top, width: Math.max(40, width - left - 16), height: height - top - bottom };
}

export const placeX = (box: Box, scale: Scale, value: number): number =>
  box.left + box.width * scale.position(value);
export const placeY = (box: Box, scale: Scale, value: number): number =>
  box.top + box.height * (1 - scale.position(value));

interface AxesProps {
  box: Box;
  x: Axis;
  y: Axis;
  /** Of panels below each other, only the last names the horizontal axis. */
  namesX?: boolean;
}

export function Axes({ box, x, y, namesX = true }: AxesProps) {
  const bottom = box.top + box.height;
  return (
    <g>
      {y.scale.ticks(5).map((tick) => {
        const at = placeY(box, y.scale, tick.value);
        return (
          <g key={tick.value}>
            <path class="grid" d={`M${box.left} ${at}H${box.left + box.width}`} />
            <text class="soft" x={box.left - 6} y={at + 4} text-anchor="end">
              {tick.label}
            </text>
          </g>
        );
      })}
      {x.scale.ticks(Math.max(2, Math.floor(box.width / 80))).map((tick) => {
        const at = placeX(box, x.scale, tick.value);
        return (
          <g key={tick.value}>
            <path class="axis" d={`M${at} ${bottom}v4`} />
            {namesX && (
              <text class="soft" x={at} y={bottom + 17} text-anchor="middle">
                {tick.label}
              </text>
            )}
          </g>
        );
      })}
      <path class="axis" d={`M${box.left} ${box.top}V${bottom}H${box.left + box.width}`} />
      <text class="soft" x={4} y={box.top - 11}>
        {y.title}
      </text>
      {namesX && (
        <text class="soft" x={box.left + box.width} y={bottom + 34} text-anchor="end">
          {x.title}
        </text>
      )}
    </g>
  );
}

/** A line through the points; one that is not finite interrupts it. */
export function linePath(points: Iterable<readonly [number, number]>): string {
  let path = "";
  let drawing = false;
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      drawing = false;
      continue;
    }
    path += `${drawing ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    drawing = true;
  }
  return path;
}

interface MarkProps {
  x: number;
  y: number;
  shape: number;
  colour: number;
  faint?: boolean;
}

export function Mark({ x, y, shape, colour, faint }: MarkProps) {
  return (
    <path
      class={`c${colour} d${faint ? " f" : ""}`}
      d={shapes[shape % shapes.length]!}
      transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
    />
  );
}

export interface LegendEntry {
  label: string;
  /** What is drawn beside it, in a field of 22 by 12. */
  sign: ComponentChildren;
}

export function Legend({ entries }: { entries: LegendEntry[] }) {
  return (
    <ul class="legend" aria-label="Legend">
      {entries.map((entry) => (
        <li key={entry.label}>
          <svg width="22" height="12" viewBox="0 0 22 12" aria-hidden="true" focusable="false">
            {entry.sign}
          </svg>
          {entry.label}
        </li>
      ))}
    </ul>
  );
}

export const lineSign = (kind: string): ComponentChildren => <path class={kind} d="M1 6H21" />;
export const fieldSign = (fill: string): ComponentChildren => (
  <rect class="field" x="1" y="1" width="20" height="10" fill={`url(#${fill})`} />
);
