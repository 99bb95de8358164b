// Parts of a whole along one bar.
import { Legend, Picture, fieldSign, useWidth } from "./frame";
import { layerPattern } from "./patterns";

export interface SharePart {
  label: string;
  share: number;
  look: number;
}

export function ShareBar({ title, parts }: { title: string; parts: SharePart[] }) {
  const [frame, width] = useWidth();
  let from = 0;
  const shown = parts.filter((part) => part.share > 0);
  return (
    <div ref={frame}>
      <Picture
        title={title}
        description={shown.map((part) => part.label).join(", ")}
        width={width}
        height={26}
      >
        {shown.map((part) => {
          const left = from * width;
          from = Math.min(1, from + part.share);
          return (
            <rect
              key={part.label}
              class="layer"
              x={left}
              y="2"
              width={Math.max(1, from * width - left)}
              height="22"
              fill={`url(#${layerPattern(part.look)})`}
            />
          );
        })}
        {from < 0.995 && (
          <rect class="frame" x={from * width} y="2" width={width - from * width} height="22" fill="none" />
        )}
      </Picture>
      <Legend
        entries={shown.map((part) => ({ label: part.label, sign: fieldSign(layerPattern(part.look)) }))}
      />
    </div>
  );
}
