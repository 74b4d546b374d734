import type { Colours } from './colours';

/** Drawn at twice the size, so that hatches stay crisp on dense screens. */
export const RATIO = 2;

type Pen = CanvasRenderingContext2D;

function canvas(size: number, draw: (pen: Pen, size: number) => void): ImageData | undefined {
  const el = document.createElement('canvas');
  el.width = el.height = size * RATIO;
  const pen = el.getContext('2d');
  if (!pen) return undefined;
  pen.scale(RATIO, RATIO);
  draw(pen, size);
  return pen.getImageData(0, 0, el.width, el.height);
}

/** 45° lines that join at the edges of the tile. */
function hatch(pen: Pen, size: number, colour: string, width: number, down: boolean): void {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    if (down) {
      pen.moveTo(shift - 2, -2);
      pen.lineTo(shift + size + 2, size + 2);
    } else {
      pen.moveTo(shift - 2, size + 2);
      pen.lineTo(shift + size + 2, -2);
    }
  }
  pen.stroke();
}

function circle(pen: Pen, size: number, radius: number): void {
  pen.beginPath();
  pen.arc(size / 2, size / 2, radius, 0, 2 * Math.PI);
}

/** Every pattern and symbol of the map, by name; made when the map first asks for it. */
export function image(name: string, c: Colours): ImageData | undefined {
  switch (name) {
    case 'hatch-belt':
      return canvas(8, (pen, s) => {
        pen.globalAlpha = 0.55;
        hatch(pen, s, c.belt, 1.5, false);
      });
    case 'hatch-missing':
      return canvas(7, (pen, s) => {
        pen.fillStyle = c.panel;
        pen.fillRect(0, 0, s, s);
        hatch(pen, s, c.ink3, 1, true);
      });
    case 'hatch-suppressed':
      return canvas(9, (pen, s) => {
        pen.fillStyle = c.panel;
        pen.fillRect(0, 0, s, s);
        hatch(pen, s, c.ink3, 0.9, true);
        hatch(pen, s, c.ink3, 0.9, false);
      });
    case 'dots':
      return canvas(8, (pen, s) => {
        pen.fillStyle = c.group;
        circle(pen, s, 1.1);
        pen.fill();
      });
    case 'square':
      return canvas(34, (pen, s) => {
        pen.fillStyle = c.panel;
        pen.fillRect(0, 0, s, s);
        pen.fillStyle = c.ink;
        pen.fillRect(1.6, 1.6, s - 3.2, s - 3.2);
      });
    case 'casing':
      return canvas(8, (pen, s) => {
        pen.fillStyle = c.panel;
        pen.fillRect(0, 0, s, s);
      });
    case 'ink':
      return canvas(8, (pen, s) => {
        pen.fillStyle = c.ink;
        pen.fillRect(0, 0, s, s);
      });
    case 'square-missing':
    case 'square-suppressed':
      return canvas(14, (pen, s) => {
        pen.fillStyle = c.panel;
        pen.fillRect(0, 0, s, s);
        pen.strokeStyle = c.ink2;
        pen.lineWidth = 1.2;
        if (name === 'square-missing') pen.setLineDash([2.5, 2]);
        pen.strokeRect(1.5, 1.5, s - 3, s - 3);
        pen.setLineDash([]);
        pen.beginPath();
        pen.rect(1.5, 1.5, s - 3, s - 3);
        pen.clip();
        hatch(pen, 5, c.ink2, 0.7, true);
        if (name === 'square-suppressed') {
          pen.beginPath();
          pen.moveTo(0, s);
          pen.lineTo(s, 0);
          pen.moveTo(0, 0);
          pen.lineTo(s, s);
          pen.stroke();
        }
      });
    case 'square-plain':
      return canvas(12, (pen, s) => {
        pen.fillStyle = c.panel;
        pen.fillRect(0, 0, s, s);
        pen.strokeStyle = c.ink;
        pen.lineWidth = 1.6;
        pen.strokeRect(2, 2, s - 4, s - 4);
      });
    case 'stage-before':
    case 'stage-during':
    case 'stage-after':
    case 'stage-stopped':
      return canvas(12, (pen, s) => {
        circle(pen, s, 4.9);
        pen.fillStyle = c.panel;
        pen.fill();
        circle(pen, s, 3.6);
        pen.strokeStyle = c.ink;
        pen.lineWidth = 1.4;
        pen.stroke();
        if (name === 'stage-after') {
          pen.fillStyle = c.ink;
          pen.fill();
        } else if (name === 'stage-during') {
          pen.beginPath();
          pen.arc(s / 2, s / 2, 3.6, Math.PI / 2, (3 * Math.PI) / 2);
          pen.fillStyle = c.ink;
          pen.fill();
        } else if (name === 'stage-stopped') {
          pen.beginPath();
          pen.moveTo(s / 2 - 2.4, s / 2 - 2.4);
          pen.lineTo(s / 2 + 2.4, s / 2 + 2.4);
          pen.moveTo(s / 2 + 2.4, s / 2 - 2.4);
          pen.lineTo(s / 2 - 2.4, s / 2 + 2.4);
          pen.stroke();
        }
      });
    case 'head':
      // Points up; the map turns it by the bearing of the corridor.
      return canvas(34, (pen, s) => {
        pen.beginPath();
        pen.moveTo(s / 2, 3);
        pen.lineTo(s / 2 + 13, s / 2 + 4);
        pen.lineTo(s / 2 - 13, s / 2 + 4);
        pen.closePath();
        pen.lineJoin = 'miter';
        pen.strokeStyle = c.panel;
        pen.lineWidth = 3;
        pen.stroke();
        pen.fillStyle = c.belt;
        pen.fill();
      });
    case 'class-0':
    case 'class-1':
    case 'class-2':
    case 'class-3':
    case 'class-4':
      return canvas(15, (pen, s) => {
        pen.fillStyle = c.panel;
        pen.fillRect(0, 0, s, s);
        pen.fillStyle = c.classes[Number(name.slice(6))] ?? c.land;
        pen.fillRect(1.6, 1.6, s - 3.2, s - 3.2);
        pen.strokeStyle = c.ink;
        pen.lineWidth = 1.2;
        pen.strokeRect(1.6, 1.6, s - 3.2, s - 3.2);
      });
    case 'hub':
      return canvas(24, (pen, s) => {
        circle(pen, s, 9);
        pen.fillStyle = c.panel;
        pen.fill();
        pen.strokeStyle = c.ink;
        pen.lineWidth = 2.4;
        pen.stroke();
        circle(pen, s, 3.4);
        pen.fillStyle = c.ink;
        pen.fill();
      });
    case 'node':
      // Open in the middle, where the zone or county that is the node has its own sign.
      return canvas(34, (pen, s) => {
        circle(pen, s, 12.5);
        pen.strokeStyle = c.panel;
        pen.lineWidth = 6;
        pen.stroke();
        pen.strokeStyle = c.core;
        pen.lineWidth = 2.6;
        pen.stroke();
      });
    default:
      return undefined;
  }
}
