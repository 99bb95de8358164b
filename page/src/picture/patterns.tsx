// The patterns that pictures refer to, once for the page.
import { gapHatch, limitedDashes, textures, wasteHatch } from "./look";

export const layerPattern = (look: number): string => `jc-layer-${look}`;

export function Patterns() {
  return (
    <svg class="patterns" aria-hidden="true" focusable="false">
      <defs>
        {textures.map((texture, i) => (
          <pattern key={texture} id={layerPattern(i)} width="8" height="8" patternUnits="userSpaceOnUse">
            <rect class={`c${i} plain`} width="8" height="8" />
            <path class="texture" d={texture || "M0 0"} />
          </pattern>
        ))}
        <pattern id="jc-gap" width="8" height="8" patternUnits="userSpaceOnUse">
          <path class="hatch" d={gapHatch} />
        </pattern>
        <pattern id="jc-limited" width="8" height="8" patternUnits="userSpaceOnUse">
          <path class="dots" d={limitedDashes} />
        </pattern>
        <pattern id="jc-waste" width="8" height="8" patternUnits="userSpaceOnUse">
          <path class="lost" d={wasteHatch} />
        </pattern>
      </defs>
    </svg>
  );
}
