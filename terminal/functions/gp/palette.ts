/** The colours a chart is drawn in, read from the theme. */
export interface Palette {
  ground: string;
  text: string;
  grid: string;
  crosshair: string;
  label: string;
  line: string;
  compared: string;
  band: string;
  gap: string;
  mark: string;
}

/** The palette of the theme in force. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    ground: colour('--ground'),
    text: colour('--text-2'),
    grid: colour('--hairline'),
    crosshair: colour('--text-3'),
    label: colour('--hairline-strong'),
    line: colour('--line'),
    compared: colour('--line-2'),
    band: colour('--band'),
    gap: colour('--gap'),
    mark: colour('--mark'),
  };
}
