let able: boolean | undefined;

/** Whether this browser can draw the map by WebGL. It is tried once: each trial takes a context, of which there are few. */
export const canDraw = (): boolean => (able ??= tried());

function tried(): boolean {
  try {
    return Boolean(document.createElement('canvas').getContext('webgl2'));
  } catch {
    return false;
  }
}
