// Colours for what is drawn on a canvas, where style sheets do not reach: light, dark, and always light on paper.
import { useEffect, useState } from "preact/hooks";
import { palette, textures } from "./look";

export interface Theme {
  dark: boolean;
  paper: string;
  ink: string;
  soft: string;
  grid: string;
  colour(look: number): string;
}

function themeOf(dark: boolean): Theme {
  return {
    dark,
    paper: dark ? "#14181d" : "#ffffff",
    ink: dark ? "#e6eaee" : "#1b2229",
    soft: dark ? "#a3adb7" : "#5b6670",
    grid: dark ? "rgba(163,173,183,.18)" : "rgba(91,102,112,.18)",
    colour: (look) => palette[look % palette.length]![dark ? 1 : 0],
  };
}

export function useTheme(): Theme {
  const [dark, setDark] = useState(false);
  useEffect(() => {
    const queries = [matchMedia("(prefers-color-scheme: dark)"), matchMedia("print")];
    const look = () => setDark(queries[0]!.matches && !queries[1]!.matches);
    look();
    for (const query of queries) query.addEventListener("change", look);
    return () => {
      for (const query of queries) query.removeEventListener("change", look);
    };
  }, []);
  return themeOf(dark);
}

function tile(
  context: CanvasRenderingContext2D,
  draw: (tile: CanvasRenderingContext2D) => void,
): CanvasPattern | string {
  const ratio = devicePixelRatio || 1;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.round(8 * ratio);
  const drawing = canvas.getContext("2d");
  if (!drawing) return "transparent";
  drawing.scale(canvas.width / 8, canvas.height / 8);
  draw(drawing);
  return context.createPattern(canvas, "repeat") ?? "transparent";
}

/** The fill of a layer: its colour with its texture over it, as in the other pictures. */
export function layerFill(
  context: CanvasRenderingContext2D,
  theme: Theme,
  look: number,
): CanvasPattern | string {
  return tile(context, (drawing) => {
    drawing.fillStyle = theme.colour(look);
    drawing.fillRect(0, 0, 8, 8);
    drawing.strokeStyle = theme.paper;
    drawing.globalAlpha = 0.7;
    drawing.lineWidth = 1.2;
    drawing.stroke(new Path2D(textures[look % textures.length]));
  });
}

export function hatchFill(
  context: CanvasRenderingContext2D,
  theme: Theme,
  path: string,
): CanvasPattern | string {
  return tile(context, (drawing) => {
    drawing.strokeStyle = theme.soft;
    drawing.lineWidth = 1;
    drawing.stroke(new Path2D(path));
  });
}
